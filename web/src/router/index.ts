import { createRouter, createWebHistory, type RouteLocationRaw } from 'vue-router'
import { type Section, useSession } from '@/stores/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Who may see it; undefined: everybody who is signed in. */
    section?: Section
    /** Key of the page's title. */
    title: string
    isOpen?: boolean
    /** Without the shell, for a screen on the wall. */
    isWall?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    {
      path: '/login',
      name: 'login',
      component: () => import('@/pages/LoginPage.vue'),
      meta: { title: 'login.title', isOpen: true },
    },
    {
      path: '/',
      name: 'home',
      component: () => import('@/pages/HomePage.vue'),
      meta: { title: 'nav.home' },
    },
    {
      path: '/guard',
      name: 'guard',
      component: () => import('@/pages/guard/GuardPage.vue'),
      meta: { title: 'nav.guard', section: 'guard' },
    },
    {
      path: '/power',
      name: 'power',
      component: () => import('@/pages/power/BuildingsPage.vue'),
      meta: { title: 'nav.rooms', section: 'power' },
    },
    {
      path: '/power/rooms/:id',
      name: 'room',
      component: () => import('@/pages/power/RoomPage.vue'),
      meta: { title: 'power.room', section: 'power' },
    },
    {
      path: '/power/lines',
      name: 'lines',
      component: () => import('@/pages/power/LinesPage.vue'),
      meta: { title: 'nav.lines', section: 'power' },
    },
    {
      path: '/water',
      name: 'water',
      component: () => import('@/pages/water/WaterPage.vue'),
      meta: { title: 'nav.water', section: 'power' },
    },
    {
      path: '/power/quarantine',
      name: 'quarantine',
      component: () => import('@/pages/power/QuarantinePage.vue'),
      meta: { title: 'nav.quarantine', section: 'quarantine' },
    },
    {
      path: '/money',
      name: 'money',
      component: () => import('@/pages/money/MoneyPage.vue'),
      meta: { title: 'nav.money', section: 'money' },
    },
    {
      path: '/security',
      name: 'security',
      component: () => import('@/pages/security/SecurityPage.vue'),
      meta: { title: 'nav.security', section: 'security' },
    },
    {
      path: '/security/wall',
      name: 'wall',
      component: () => import('@/pages/security/WallPage.vue'),
      meta: { title: 'nav.wall', section: 'security', isWall: true },
    },
    {
      path: '/security/flow',
      name: 'flow',
      component: () => import('@/pages/security/FlowPage.vue'),
      meta: { title: 'nav.flow', section: 'security' },
    },
    {
      path: '/security/passages',
      name: 'passages',
      component: () => import('@/pages/security/PassagesPage.vue'),
      meta: { title: 'nav.passages', section: 'people' },
    },
    {
      path: '/security/muster/:area',
      name: 'muster',
      component: () => import('@/pages/security/MusterPage.vue'),
      meta: { title: 'security.muster', section: 'people' },
    },
    {
      path: '/admin',
      name: 'admin',
      component: () => import('@/pages/admin/AdminPage.vue'),
      meta: { title: 'nav.admin', section: 'admin' },
    },
    {
      path: '/admin/facts',
      name: 'facts',
      component: () => import('@/pages/admin/FactsPage.vue'),
      meta: { title: 'nav.facts', section: 'admin' },
    },
    {
      path: '/admin/operators',
      name: 'operators',
      component: () => import('@/pages/admin/OperatorsPage.vue'),
      meta: { title: 'nav.operators', section: 'admin' },
    },
    {
      path: '/admin/devices',
      name: 'devices',
      component: () => import('@/pages/admin/DevicesPage.vue'),
      meta: { title: 'nav.devices', section: 'admin' },
    },
    {
      path: '/admin/rules',
      name: 'rules',
      component: () => import('@/pages/admin/RulesPage.vue'),
      meta: { title: 'nav.rules', section: 'admin' },
    },
    {
      path: '/admin/backups',
      name: 'backups',
      component: () => import('@/pages/admin/BackupsPage.vue'),
      meta: { title: 'nav.backups', section: 'admin' },
    },
    {
      path: '/admin/audit',
      name: 'audit',
      component: () => import('@/pages/admin/AuditPage.vue'),
      meta: { title: 'nav.audit', section: 'admin' },
    },
    {
      path: '/:rest(.*)*',
      name: 'nowhere',
      component: () => import('@/pages/NowherePage.vue'),
      meta: { title: 'nowhere.title' },
    },
  ],
})

/** The first page of each section. */
export const FIRST: Record<Section, RouteLocationRaw> = {
  guard: { name: 'guard' },
  power: { name: 'power' },
  quarantine: { name: 'quarantine' },
  money: { name: 'money' },
  security: { name: 'security' },
  people: { name: 'passages' },
  admin: { name: 'admin' },
}

let isTaken = false

router.beforeEach(async (to) => {
  const session = useSession()
  if (!session.session && !isTaken) {
    isTaken = true
    // A controller that does not answer now shows as such at the sign-in.
    await session.resume().catch(() => false)
  }
  if (to.meta.isOpen) return session.session ? { name: 'home' } : true
  if (!session.session) return { name: 'login', query: to.path === '/' ? {} : { to: to.fullPath } }
  if (to.name === 'home') {
    const first = session.sections[0]
    return first ? FIRST[first] : true
  }
  return true
})
