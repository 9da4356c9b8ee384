/** The part of xmlhttprequest-ssl that Redspot uses; the package ships no types. */
declare module "xmlhttprequest-ssl" {
  export default class XMLHttpRequest {
    constructor(options?: { maxRedirects?: number; allowFileSystemResources?: boolean; ca?: string });
    status: number | null;
    statusText: string | null;
    response: unknown;
    responseText: string | null;
    setRequestHeader(name: string, value: string): boolean;
    send(body?: string | Uint8Array | null): void;
    abort(): void;
  }
}
