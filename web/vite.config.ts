import { fileURLToPath, URL } from 'node:url'
import VueI18n from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import Components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'

// A controller, or `npm run dev:world`, to develop against.
const controller = process.env.ONECARD_HTTP ?? 'http://127.0.0.1:8080'
const asked = ['/api', '/health', '/metrics', '/openapi.json']

export default defineConfig({
  plugins: [
    vue(),
    // Messages are compiled here: the strict content security policy knows no `eval`.
    VueI18n({
      include: [fileURLToPath(new URL('./src/i18n/locales/**', import.meta.url))],
      runtimeOnly: true,
      dropMessageCompiler: true,
      compositionOnly: true,
      strictMessage: true,
    }),
    Components({
      dirs: [],
      // Cargo's build of the pages writes nothing among their sources, or it would build them again.
      dts: process.env.CARGO_MANIFEST_DIR === undefined && 'src/components.d.ts',
      resolvers: [ElementPlusResolver({ importStyle: 'css' })],
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    manifest: true,
    // No `data:` addresses: the content security policy names only the controller itself.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: Object.fromEntries(asked.map((path) => [path, { target: controller }])) },
})
