/** Passages by hour as stacked bars; loaded with the first such chart, never before. */
import { BarChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([BarChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer])

export interface FlowDrawing {
  hours: string[]
  series: { name: string; values: number[]; colour: string; hatch: boolean }[]
  ink: string
  grid: string
  surface: string
  fontPx: number
}

export interface FlowChart {
  draw(drawing: FlowDrawing): void
  resize(): void
  dispose(): void
}

export function makeFlowChart(box: HTMLElement): FlowChart {
  const chart = init(box)
  return {
    draw: (drawing) => {
      const text = { color: drawing.ink, fontSize: drawing.fontPx }
      const axisLine = { lineStyle: { color: drawing.grid } }
      chart.setOption(
        {
          animation: false,
          textStyle: text,
          legend: { textStyle: text, top: 0 },
          tooltip: {
            trigger: 'axis',
            backgroundColor: drawing.surface,
            textStyle: text,
            axisPointer: { type: 'shadow' },
          },
          grid: { left: 8, right: 16, top: drawing.fontPx * 2.6, bottom: 8, containLabel: true },
          xAxis: {
            type: 'category',
            data: drawing.hours,
            axisLabel: { ...text, hideOverlap: true },
            axisLine,
          },
          yAxis: {
            type: 'value',
            minInterval: 1,
            axisLabel: text,
            splitLine: { lineStyle: { color: drawing.grid } },
          },
          series: drawing.series.map((one) => ({
            type: 'bar',
            stack: 'all',
            name: one.name,
            data: one.values,
            itemStyle: {
              color: one.colour,
              // A pattern tells refusals apart where colours cannot.
              decal: one.hatch
                ? {
                    symbol: 'rect',
                    dashArrayX: [1, 0],
                    dashArrayY: [2, 4],
                    rotation: -0.8,
                    color: drawing.surface,
                  }
                : undefined,
            },
          })),
        },
        { notMerge: true },
      )
    },
    resize: () => chart.resize(),
    dispose: () => chart.dispose(),
  }
}
