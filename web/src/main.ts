import { createPinia } from 'pinia'
import { createApp } from 'vue'
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import App from './App.vue'
import { i18n, speak } from './i18n'
import { router } from './router'
import { useSettings } from './stores/settings'
import './styles/base.css'

const app = createApp(App)
app.use(createPinia())
app.use(i18n)
void speak(useSettings().locale).then(() => {
  app.use(router)
  app.mount('#app')
})
