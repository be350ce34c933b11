import type {
  ApprovalDecision,
  AvatarKind,
  AvatarState,
  ConsentTerms,
  Likeness,
  Role,
} from '@guise/protocol';

/** One avatar version with all signatures about it: what decisions are made on. Times are Unix seconds. */
export interface AvatarCase {
  readonly id: string;
  readonly sha256: string;
  readonly kind: AvatarKind;
  readonly likeness: Likeness;
  readonly subject: string;
  readonly draftedBy: string;
  readonly sourceFace: string | null;
  /** Approvals the policy asked for when it was drafted: later policies may ask for more, never for fewer. */
  readonly approvalsNeeded: number;
  readonly state: AvatarState;
  /** How often it was suspended: a resumption is for one suspension. */
  readonly suspensions: number;
  /** The newest consent, in force or not. */
  readonly consent: ConsentRecord | null;
  readonly approvals: readonly ApprovalRecord[];
}

export interface ConsentRecord {
  readonly id: string;
  /** SHA-256 of the signed statement. */
  readonly sha256: string;
  readonly state: 'given' | 'withdrawn' | 'expired';
  /** Wearing is allowed under any one of them; all lie inside the period. */
  readonly terms: readonly ConsentTerms[];
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface ApprovalRecord {
  readonly sha256: string;
  readonly approver: string;
  readonly decision: ApprovalDecision;
  readonly consentSha256: string;
  /** The suspension that a `resume` lifts; 0 for other decisions. */
  readonly suspension: number;
}

/** Who acts, with the roles held now. */
export interface Actor {
  readonly id: string;
  readonly roles: readonly Role[];
}

/** Approvals that count: by distinct admins, for exactly the consent in force. */
export function countingApprovals(avatar: AvatarCase): readonly ApprovalRecord[] {
  const consent = avatar.consent;
  if (consent?.state !== 'given') return [];
  const counted = new Map<string, ApprovalRecord>();
  for (const approval of avatar.approvals) {
    const independent = approval.approver !== avatar.draftedBy && approval.approver !== avatar.subject;
    if (approval.decision === 'approve' && approval.consentSha256 === consent.sha256 && independent) {
      counted.set(approval.approver, approval);
    }
  }
  return [...counted.values()];
}

/** Admins who want this suspension lifted. */
export function resumptions(avatar: AvatarCase): ReadonlySet<string> {
  const lifting = avatar.approvals.filter(
    ({ decision, suspension }) => decision === 'resume' && suspension === avatar.suspensions,
  );
  return new Set(lifting.map(({ approver }) => approver));
}
