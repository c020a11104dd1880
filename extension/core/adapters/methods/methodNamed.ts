/** Finds training methods by name. */

import type * as z from "zod";
import { internalError } from "../../foundation/errors.ts";
import type { AdapterKind, Method } from "./method.ts";
import { methods } from "./methods.ts";

type Registered = (typeof methods)[number];
/** The intersection of a union's members. */
type All<Union> = (Union extends unknown ? (member: Union) => void : never) extends (member: infer Both) => void
  ? Both
  : never;

export type MethodName = Registered["name"];
export type MethodSpec = ReturnType<Registered["spec"]>;
/** The settings of all methods; each reads its own. */
export type MethodSettings = All<ReturnType<Registered["resolve"]>>;

export const methodNames = methods.map(({ name }) => name) as [MethodName, ...MethodName[]];

/** The fields of all methods in one train request. */
export const methodFields = Object.assign({}, ...methods.map(({ fields }) => fields)) as All<Registered["fields"]> &
  z.ZodRawShape;

/** The methods that have a field. */
export function methodsWith(field: string): readonly MethodName[] {
  return methods.filter(({ fields }) => field in fields).map(({ name }) => name);
}

/** Returns the given fields of a request that only other methods have. */
export function foreignFields(method: MethodName, given: Readonly<Record<string, unknown>>): string[] {
  const { fields } = methodOf(method);
  return Object.keys(methodFields).filter((name) => given[name] !== undefined && !(name in fields));
}

export function methodOf(name: string): Method {
  const found = methods.find((method) => method.name === name);
  if (!found) throw internalError(`there is no method ${name}`);
  return found;
}

/** Returns the kind of adapter that a method makes. */
export function kindOf({ method }: { readonly method: string }): AdapterKind {
  const { adapter } = methodOf(method);
  if (!adapter) throw internalError(`${method} makes no adapters`);
  return adapter;
}

/** Returns all kinds of adapters with the names of their methods. */
export function adapterKinds(): readonly { readonly method: MethodName; readonly kind: AdapterKind }[] {
  return methods.flatMap(({ name, adapter }) => (adapter ? [{ method: name, kind: adapter }] : []));
}
