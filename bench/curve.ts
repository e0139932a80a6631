export async function benchCurve(_: import('./part.js').Bench): Promise<import('./part.js').PartResult> {
  return { data: {}, text: [] };
}
