/** Single keys that give orders. Never while somebody types, and only when the person wants them. */
import { onBeforeUnmount, onMounted } from 'vue'
import { useSettings } from '@/stores/settings'

export function useShortcuts(keys: Record<string, () => void>): void {
  const settings = useSettings()

  function onKey(event: KeyboardEvent): void {
    if (!settings.shortcuts || event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target as HTMLElement
    if (target.closest('input, textarea, select, [contenteditable], [role="dialog"]')) return
    const run = keys[event.key.toLowerCase()]
    if (!run) return
    event.preventDefault()
    run()
  }

  onMounted(() => addEventListener('keydown', onKey))
  onBeforeUnmount(() => removeEventListener('keydown', onKey))
}
