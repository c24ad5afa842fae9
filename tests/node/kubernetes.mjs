// Judges objects of Kubernetes by what its own API and the Prometheus operator's CRDs say: reads a JSON list on standard
// input, prints what is wrong with the values, and a JSON Schema of each kind that knows all its keys.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

// Where each kind is declared, by `apiVersion` and `kind`.
const homes = {
  'v1 ConfigMap': 'kubernetes-models/v1/ConfigMap',
  'v1 PersistentVolumeClaim': 'kubernetes-models/v1/PersistentVolumeClaim',
  'v1 Service': 'kubernetes-models/v1/Service',
  'apps/v1 Deployment': 'kubernetes-models/apps/v1/Deployment',
  'monitoring.coreos.com/v1 PrometheusRule': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule',
  'monitoring.coreos.com/v1 ServiceMonitor': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor',
};

const objects = JSON.parse(readFileSync(0, 'utf8'));
const errors = [];
const used = new Map();
for (const object of objects) {
  const name = `${object.kind} ${object.metadata?.name}`;
  const home = homes[`${object.apiVersion} ${object.kind}`];
  if (!home) {
    errors.push(`${name}: there is no ${object.kind} in ${object.apiVersion}`);
    continue;
  }
  used.set(object.kind, home);
  const { [object.kind]: Model } = await import(home);
  try {
    new Model(object).validate();
  } catch (error) {
    errors.push(`${name}: ${error.message}`);
  }
}

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'emc-kubernetes-'));
try {
  const lines = [...used].map(([kind, home]) =>
    `import type { I${kind} } from '${join(here, 'node_modules', home)}.js';\nexport type ${kind} = I${kind};`);
  const path = join(folder, 'kinds.ts');
  writeFileSync(path, lines.join('\n'));
  const tsconfig = join(folder, 'tsconfig.json');
  const compilerOptions = { module: 'esnext', moduleResolution: 'bundler', target: 'es2022', strict: true, types: [] };
  writeFileSync(tsconfig, JSON.stringify({ compilerOptions, files: [path] }));
  const generator = createGenerator({ path, tsconfig, skipTypeCheck: true, additionalProperties: false, expose: 'export' });
  const schemas = Object.fromEntries([...used.keys()].map((kind) => [kind, generator.createSchema(kind)]));
  console.log(JSON.stringify({ errors, schemas }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
