import DefaultTheme from 'vitepress/theme-without-fonts'
import { defineAsyncComponent } from 'vue'
import './style.css'

/** Loaded by its page alone, and in a browser only. */
const TheatrePlayground = defineAsyncComponent(() => import('./TheatrePlayground.vue'))

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }: { readonly app: { readonly component: (name: string, component: unknown) => unknown } }) => {
    app.component('TheatrePlayground', TheatrePlayground)
  },
}
