// What componentize-js offers a component, as far as the SDK uses it. The build gives each name the version that the contract names.

declare module 'lockgate:channel/log' {
  export function write(level: string, message: string, fields: { name: string; value: string }[]): void;
}

declare module 'lockgate:channel/settings' {
  export function get(key: string): unknown;
  export function all(): unknown[];
}

declare module 'lockgate:channel/state' {
  export function get(key: string): Uint8Array | undefined;
  export function set(key: string, value: Uint8Array): void;
  function remove(key: string): void;
  export { remove as delete };
  export function keys(prefix: string, after: string | undefined, count: number): string[];
}

declare module 'lockgate:channel/credentials' {
  export function all(): unknown[];
}

declare module 'lockgate:channel/hooks' {
  export function address(route: string): string | undefined;
}

declare module 'lockgate:channel/delivery' {
  export function begin(parts: Uint32Array): void;
  export function settle(parts: Uint32Array, message: string | undefined): void;
}

declare module 'lockgate:channel/media-store' {
  export class Writer {
    write(bytes: Uint8Array): void;
    static finish(writer: Writer): string;
  }
  export function create(fileName: string | undefined): Writer;
  export function read(handle: string, offset: bigint, count: number): Uint8Array;
  export function describe(handle: string): unknown;
  export function share(handle: string, lifetime: bigint): string;
}

declare module 'wasi:io/streams' {
  export interface InputStream {
    blockingRead(length: bigint): Uint8Array;
  }
  export interface OutputStream {
    blockingWriteAndFlush(bytes: Uint8Array): void;
  }
}

declare module 'wasi:http/types' {
  import type { InputStream, OutputStream } from 'wasi:io/streams';
  export class Fields {
    static fromList(entries: [string, Uint8Array][]): Fields;
    entries(): [string, Uint8Array][];
  }
  export class OutgoingRequest {
    constructor(headers: Fields);
    body(): OutgoingBody;
    setMethod(method: { tag: string; val?: string }): void;
    setScheme(scheme: { tag: string }): void;
    setAuthority(authority: string): void;
    setPathWithQuery(path: string): void;
  }
  export class OutgoingBody {
    write(): OutputStream;
    static finish(body: OutgoingBody, trailers: undefined): void;
  }
  export interface IncomingResponse {
    status(): number;
    headers(): Fields;
    consume(): IncomingBody;
  }
  export interface IncomingBody {
    stream(): InputStream;
  }
  export interface FutureIncomingResponse {
    subscribe(): { block(): void };
    get(): { tag: 'ok'; val: { tag: 'ok'; val: IncomingResponse } | { tag: 'err'; val: unknown } } | { tag: 'err' } | undefined;
  }
}

declare module 'wasi:http/outgoing-handler' {
  import type { FutureIncomingResponse, OutgoingRequest } from 'wasi:http/types';
  export function handle(request: OutgoingRequest, options: undefined): FutureIncomingResponse;
}
