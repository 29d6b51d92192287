/** The part of ECharts that is used; loaded with the first chart, never before. */
import { LineChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([LineChart, GridComponent, MarkLineComponent, CanvasRenderer])

export interface Drawing {
  points: [number, number][]
  /** The highest within each span, drawn thin above. */
  peaks?: [number, number][]
  limits: { label: string; watts: number }[]
  moment?: { label: string; at: number }
  isStepped: boolean
  /** The ends of the time axis, where it is not that of the points. */
  from?: number
  to?: number
  ink: string
  grid: string
  line: string
  limit: string
  surface: string
  time: (at: number) => string
  watts: (watts: number) => string
  fontPx: number
}

export interface Chart {
  draw(drawing: Drawing): void
  resize(): void
  dispose(): void
}

export function makeChart(box: HTMLElement): Chart {
  const chart = init(box)
  return {
    draw: (drawing) => {
      const text = { color: drawing.ink, fontSize: drawing.fontPx }
      const highest = Math.max(
        100,
        ...drawing.limits.map((limit) => limit.watts),
        ...drawing.points.map(([, watts]) => watts),
        ...(drawing.peaks ?? []).map(([, watts]) => watts),
      )
      const lines = drawing.limits.map((limit) => ({
        yAxis: limit.watts,
        lineStyle: { color: drawing.limit, type: 'dashed' as const, width: 2 },
        label: { formatter: limit.label, position: 'insideStartTop' as const, ...text },
      }))
      const { moment } = drawing
      const moments = moment
        ? [
            {
              xAxis: moment.at,
              lineStyle: { color: drawing.limit, type: 'solid' as const, width: 2 },
              label: { formatter: moment.label, position: 'end' as const, rotate: 0, ...text },
            },
          ]
        : []
      chart.setOption(
        {
          animation: false,
          grid: { left: 8, right: 24, top: 24, bottom: 8, containLabel: true },
          xAxis: {
            type: 'time',
            min: drawing.from,
            max: drawing.to,
            minInterval: 1000,
            axisLabel: { ...text, formatter: drawing.time, hideOverlap: true },
            axisLine: { lineStyle: { color: drawing.grid } },
          },
          yAxis: {
            type: 'value',
            min: 0,
            max: Math.ceil((highest * 1.15) / 100) * 100,
            axisLabel: { ...text, formatter: drawing.watts },
            splitLine: { lineStyle: { color: drawing.grid } },
          },
          series: [
            ...(drawing.peaks
              ? [
                  {
                    type: 'line' as const,
                    data: drawing.peaks,
                    showSymbol: false,
                    lineStyle: { color: drawing.limit, width: 1, type: 'dotted' as const },
                  },
                ]
              : []),
            {
              type: 'line',
              data: drawing.points,
              step: drawing.isStepped ? 'end' : false,
              showSymbol: drawing.points.length < 40,
              symbol: 'circle',
              symbolSize: 7,
              lineStyle: { color: drawing.line, width: 2.5 },
              itemStyle: { color: drawing.line },
              areaStyle: { color: drawing.line, opacity: 0.12 },
              markLine: {
                silent: true,
                symbol: 'none',
                data: [...lines, ...moments],
              },
            },
          ],
        },
        { notMerge: true },
      )
    },
    resize: () => chart.resize(),
    dispose: () => chart.dispose(),
  }
}
