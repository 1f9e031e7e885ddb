import { dark, light } from '../inspector-style.js';

/** The page's own rules; those of the inspector stand beside them. */
export function reportStyle(): string {
  const variables = (theme: typeof light): string =>
    Object.entries(theme)
      .map(([name, value]) => `--report-${name}: ${value};`)
      .join(' ');
  return `
:root { ${variables(light)} color-scheme: light dark; }
@media screen and (prefers-color-scheme: dark) { :root { ${variables(dark)} } }
body { margin: 0; font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--report-ink); background: var(--report-paper); }
main, header, footer { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 20px; }
h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 36px 0 8px; }
h3 { font-size: 16px; margin: 20px 0 6px; overflow-wrap: anywhere; }
p { margin: 6px 0; }
.report-lead { font-size: 17px; }
.report-note { color: var(--report-muted); }
.report-warning { border-left: 4px solid var(--report-warning); padding-left: 10px; }
nav { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0; }
a { color: inherit; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.92em; overflow-wrap: anywhere; background: var(--report-raised); padding: 1px 4px; border-radius: 3px; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 18px; margin: 8px 0; }
dl.rlsf-facts { display: flex; }
dt { color: var(--report-muted); }
dd { margin: 0; overflow-wrap: anywhere; }
.report-scroll { overflow-x: auto; margin: 8px 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.report-scroll th, .report-scroll td { text-align: left; padding: 3px 16px 3px 0; border-bottom: 1px solid var(--report-edge); white-space: nowrap; font-weight: 400; }
.report-scroll thead th { color: var(--report-muted); }
.report-figure { overflow-x: auto; margin: 8px 0; }
.report-figure > div { min-width: 640px; }
.report-grid { max-height: 75vh; overflow: auto; border: 1px solid var(--report-edge); border-radius: 6px; }
.report-choose { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: end; margin: 12px 0; }
.report-choose label { display: grid; font-size: 13px; color: var(--report-muted); min-width: 0; }
select, button { font: inherit; color: var(--report-ink); background: var(--report-raised); border: 1px solid var(--report-edge); border-radius: 4px; padding: 4px 10px; max-width: 80vw; }
:focus-visible { outline: 2px solid rgb(var(--report-positive)); outline-offset: 2px; }
#rollouts { scroll-margin-top: 12px; }
details.rlsf-member > summary > span { display: inline-block; }
footer { margin-top: 40px; padding-bottom: 40px; }
@media (max-width: 560px) { main, header, footer { padding: 0 12px; } dl:not(.rlsf-facts) { grid-template-columns: 1fr; } dl:not(.rlsf-facts) dd { margin-bottom: 6px; } .rlsf-inspector.rlsf-inspector.rlsf-inspector { padding: 8px; } }
@media print { .report-choose { display: none; } .report-grid { max-height: none; } }
`.trim();
}
