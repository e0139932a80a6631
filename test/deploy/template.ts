// SPDX-License-Identifier: Apache-2.0
// deploy/template.yaml as AWS's own validator reads it, as plain values.
import {
  RegoEngine,
  type ResolvedValue,
  type StandardDiagnostic,
  TemplateFile,
  TemplateModel,
} from '@aws/cloudformation-validate';

const FILE = 'deploy/template.yaml';

/** What AWS's validator (cfn-lint's rules, and the schemas of all resources) warns of, and what it calls wrong. */
export function validate(file = FILE): { status: string; found: StandardDiagnostic[] } {
  const engine = new RegoEngine();
  try {
    const { status, diagnostics } = engine.validateStandard(new TemplateFile(file), { severityLevel: 'WARN' });
    return { status, found: diagnostics };
  } finally {
    engine.free();
  }
}

/** The properties of each resource. What is known at deployment only is in `<>`. */
export function readTemplate(): Record<string, { type: string; properties: Record<string, unknown> }> {
  const model = new TemplateModel(new TemplateFile(FILE));
  try {
    const all = Object.entries(model.resources()).map(([name, { resourceType, properties }]) => {
      const plainly = Object.entries(properties).map(([key, value]) => [key, plain(value as ResolvedValue)]);
      return [
        name,
        { type: resourceType, properties: Object.fromEntries(plainly) as Record<string, unknown> },
      ] as const;
    });
    return Object.fromEntries(all);
  } finally {
    model.free();
  }
}

/** Conditional values are told as if their condition did not hold. */
function plain(value: ResolvedValue): unknown {
  if ('Concrete' in value) return value.Concrete.value;
  if ('Dynamic' in value) return `<${value.Dynamic.reason}>`;
  if ('Conditional' in value) return plain(value.Conditional.if_false);
  if ('List' in value) return value.List.items.map(plain).filter((item) => item !== null);
  if ('Map' in value) {
    return Object.fromEntries(value.Map.entries.map((entry) => [entry.key, plain(entry.value)]));
  }
  if ('TypedDynamic' in value) return `<${value.TypedDynamic.reason}>`;
  if ('Reference' in value) return `<${value.Reference.target}>`;
  return value.Enum.variants.map(plain);
}
