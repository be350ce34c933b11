/**
 * The attention mesh contains operators that TensorFlow Lite's own builds do not have. This cuts a model file open around
 * them: operators that depend on them are left out, the pictures that they cut out of the feature map become inputs, and all that
 * is needed to compute them outside becomes an output. Everything else runs in the original runtime.
 */

const INPUTS = 1;
const OUTPUTS = 2;
const OPERATORS = 3;

/** Minimal access to the fields of a FlatBuffer table, for rewriting them. */
const table = (view, position) => {
  const vtable = position - view.getInt32(position, true);
  return {
    field: (index) => position + view.getUint16(vtable + 4 + 2 * index, true),
  };
};
const follow = (view, at) => at + view.getUint32(at, true);

function readOperators(view, subgraph) {
  const vector = follow(view, subgraph.field(OPERATORS));
  return Array.from({ length: view.getUint32(vector, true) }, (_, i) => {
    const position = follow(view, vector + 4 + 4 * i);
    const operator = table(view, position);
    return {
      position,
      inputs: readList(view, operator.field(1)),
      outputs: readList(view, operator.field(2)),
    };
  });
}

function readList(view, at) {
  const vector = follow(view, at);
  return Array.from({ length: view.getUint32(vector, true) }, (_, i) =>
    view.getInt32(vector + 4 + 4 * i, true),
  );
}

/**
 * @param file the model
 * @param removed tensors computed by the operators to leave out
 * @param inputs tensors that take their place (out of `removed`), after the original inputs
 * @param outputs tensors to give back
 */
export function splitModel(file, removed, inputs, outputs) {
  const originalInputs = 1;
  const bytes = new Uint8Array(file.length + 4 * (2 + originalInputs + inputs.length + outputs.length) + 8);
  bytes.set(file);
  const view = new DataView(bytes.buffer);
  const model = table(view, follow(view, 0));
  const subgraph = table(view, follow(view, follow(view, model.field(2)) + 4));

  const given = new Set(inputs);
  const missing = new Set(removed);
  const kept = readOperators(view, subgraph).filter((operator) => {
    const stays =
      !operator.outputs.some((index) => missing.has(index)) &&
      !operator.inputs.some((index) => missing.has(index) && !given.has(index));
    if (!stays) operator.outputs.forEach((index) => missing.add(index));
    return stays;
  });
  const vector = follow(view, subgraph.field(OPERATORS));
  view.setUint32(vector, kept.length, true);
  kept.forEach(({ position }, i) => {
    const slot = vector + 4 + 4 * i;
    if (position <= slot) throw new Error('operators lie before their list');
    view.setUint32(slot, position - slot, true);
  });

  let end = Math.ceil(file.length / 4) * 4;
  const append = (field, list) => {
    view.setUint32(subgraph.field(field), end - subgraph.field(field), true);
    view.setUint32(end, list.length, true);
    list.forEach((index, i) => view.setInt32(end + 4 + 4 * i, index, true));
    end += 4 + 4 * list.length;
  };
  append(INPUTS, [...readList(view, subgraph.field(INPUTS)), ...inputs]);
  append(OUTPUTS, outputs);
  return bytes;
}
