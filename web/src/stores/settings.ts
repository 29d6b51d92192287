/** What a person chose for this browser. */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { Locale } from '@/lib/format'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'onecard.settings'

interface Kept {
  locale: Locale
  theme: Theme
  sound: boolean
  shortcuts: boolean
}

function kept(): Kept {
  const usual: Kept = {
    locale: navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en',
    theme: 'system',
    sound: true,
    shortcuts: true,
  }
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Kept>) }
  } catch {
    return usual
  }
}

export const useSettings = defineStore('settings', () => {
  const before = kept()
  const locale = ref<Locale>(before.locale === 'en' ? 'en' : 'zh-CN')
  const theme = ref<Theme>(before.theme)
  const sound = ref(before.sound)
  const shortcuts = ref(before.shortcuts)

  const prefersDark = matchMedia('(prefers-color-scheme: dark)')
  const systemIsDark = ref(prefersDark.matches)
  prefersDark.addEventListener('change', (event) => (systemIsDark.value = event.matches))
  const isDark = computed(() =>
    theme.value === 'system' ? systemIsDark.value : theme.value === 'dark',
  )

  watch(isDark, (dark) => document.documentElement.classList.toggle('dark', dark), {
    immediate: true,
  })
  watch([locale, theme, sound, shortcuts], () => {
    const now: Kept = {
      locale: locale.value,
      theme: theme.value,
      sound: sound.value,
      shortcuts: shortcuts.value,
    }
    try {
      localStorage.setItem(KEY, JSON.stringify(now))
    } catch {
      // A browser that keeps nothing asks again next time.
    }
  })
  return { locale, theme, sound, shortcuts, isDark }
})
