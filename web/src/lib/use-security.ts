/** What the desk and the wall of the security office show alike. */
import { computed, onBeforeUnmount, ref } from 'vue'
import type { Severity } from '@/live/alarms'
import { useLive } from '@/stores/live'
import { useSettings } from '@/stores/settings'
import { soundAlarm } from './sound'

const ALARM_AGAIN_MS = 10_000

export const SEVERITIES: readonly Severity[] = ['critical', 'serious', 'minor']

export function useSecurity() {
  const live = useLive()
  const settings = useSettings()
  const only = ref<Severity | null>(null)

  const counts = computed(() => {
    const counted: Record<Severity, { all: number; unnoted: number }> = {
      critical: { all: 0, unnoted: 0 },
      serious: { all: 0, unnoted: 0 },
      minor: { all: 0, unnoted: 0 },
    }
    for (const alarm of live.alarms) {
      const of = counted[alarm.severity]
      of.all += 1
      if (alarm.acknowledgedBy === null) of.unnoted += 1
    }
    return counted
  })
  const alarms = computed(() =>
    live.alarms.filter((alarm) => only.value === null || alarm.severity === only.value),
  )
  const refusals = computed(() => live.entries.filter((entry) => !entry.granted))
  const isLoud = computed(() => counts.value.critical.unnoted + counts.value.serious.unnoted > 0)

  const letGo = live.wantPlaces()
  const sound = () => {
    if (settings.sound && isLoud.value) soundAlarm()
  }
  const unlisten = live.onAlarms(sound)
  const again = setInterval(sound, ALARM_AGAIN_MS)
  onBeforeUnmount(() => {
    letGo()
    unlisten()
    clearInterval(again)
  })
  return { only, counts, alarms, refusals }
}
