// Prints JSON Schemas made of Grafana's own published types: one of a dashboard, one of each sort of panel that we use.
//
//   node dashboards.mjs PANEL...

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

const panels = process.argv.slice(2);
// Panels whose fields have settings of their own.
const custom = new Set(['timeseries', 'state-timeline', 'table', 'heatmap']);
const types = join(dirname(fileURLToPath(import.meta.url)), 'node_modules/@grafana/schema/dist/types/raw');
const folder = mkdtempSync(join(tmpdir(), 'emc-grafana-'));

try {
  const lines = [`import type { Dashboard } from '${types}/dashboard/x/types.gen';`, 'export type Whole = Dashboard;'];
  panels.forEach((panel, index) => {
    const from = `${types}/composable/${panel.replaceAll('-', '')}/panelcfg/x/types.gen`;
    const fields = custom.has(panel) ? `p${index}.FieldConfig` : '{}';
    lines.unshift(`import type * as p${index} from '${from}';`);
    lines.push(`export interface P${index} { options: p${index}.Options; custom: ${fields} }`);
  });
  const path = join(folder, 'shapes.ts');
  writeFileSync(path, lines.join('\n'));
  const tsconfig = join(folder, 'tsconfig.json');
  const compilerOptions = { module: 'esnext', moduleResolution: 'bundler', target: 'es2022', strict: true, types: [] };
  writeFileSync(tsconfig, JSON.stringify({ compilerOptions, files: [path] }));
  const generator = createGenerator({ path, tsconfig, skipTypeCheck: true, additionalProperties: false, expose: 'export' });
  const schemas = { dashboard: generator.createSchema('Whole') };
  panels.forEach((panel, index) => { schemas[panel] = generator.createSchema(`P${index}`); });
  console.log(JSON.stringify(schemas));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
