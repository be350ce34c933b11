import type { HumanBody, Texture } from './human-body.js';
import type { Identity, IdentityKind } from './identity.js';
import { createIdentity } from './identity.js';

/** What an actor does with the face. Openings and closures 0–1; gaze relative to the head, signs as `Expression`. */
export interface ActorExpression {
  readonly leftLid: number;
  readonly rightLid: number;
  readonly mouthOpen: number;
  readonly smile: number;
  readonly browsUp: number;
  readonly gazeYawDeg: number;
  readonly gazePitchDeg: number;
}

export const RESTING: ActorExpression = {
  leftLid: 1,
  rightLid: 1,
  mouthOpen: 0,
  smile: 0,
  browsUp: 0,
  gazeYawDeg: 0,
  gazePitchDeg: 0,
};

/** A person who can be shaped and drawn. */
export interface Actor {
  readonly identity: Identity;
  readonly skin: Texture;
  /** Vertices of the whole body with this expression (decimetres, MakeHuman axes). */
  shape(expression: ActorExpression): Promise<Float32Array>;
}

export async function createActor(body: HumanBody, seed: number, kind: IdentityKind): Promise<Actor> {
  const identity = createIdentity(body, seed, kind);
  return {
    identity,
    skin: await body.skin(identity.skin),
    shape: (expression) =>
      body.shape(new Map([...identity.morphs, ...expressionMorphs(identity, expression)])),
  };
}

function expressionMorphs({ kind }: Identity, expression: ActorExpression): [string, number][] {
  const unit = (name: string): string => `expression/units/${kind.ancestry}/${name}`;
  return [
    [unit('eye-left-closure'), 1 - expression.leftLid],
    [unit('eye-right-closure'), 1 - expression.rightLid],
    [unit('mouth-open'), expression.mouthOpen],
    [unit('mouth-corner-puller'), expression.smile],
    [unit('eyebrows-left-up'), expression.browsUp],
    [unit('eyebrows-right-up'), expression.browsUp],
  ];
}
