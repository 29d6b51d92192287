/** Chinese and English, each loaded when it is wanted. */
import { createI18n } from 'vue-i18n'
import type { Language } from 'element-plus/es/locale'
import type { Locale } from '@/lib/format'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: false,
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
  messages: {},
})

const LOADERS = {
  'zh-CN': () =>
    Promise.all([
      import('./locales/zh-CN.json'),
      import('element-plus/es/locale/lang/zh-cn').then((module) => module.default),
    ]),
  en: () =>
    Promise.all([
      import('./locales/en.json'),
      import('element-plus/es/locale/lang/en').then((module) => module.default),
    ]),
}

const elementWords = new Map<Locale, Language>()

/** Switches the page over once the words are there; returns those of Element Plus. */
export async function speak(locale: Locale): Promise<Language | undefined> {
  if (!elementWords.has(locale)) {
    const [messages, words] = await LOADERS[locale]()
    i18n.global.setLocaleMessage(locale, messages.default as never)
    elementWords.set(locale, words)
  }
  const locale_ = i18n.global.locale as unknown as { value: string }
  locale_.value = locale
  document.documentElement.lang = locale
  return elementWords.get(locale)
}
