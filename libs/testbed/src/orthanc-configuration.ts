import { fileURLToPath } from "node:url";

/** The script by which Orthanc pushes stable studies of its own accord. */
export const pushScript: string = fileURLToPath(new URL("push-to-redspot.py", import.meta.url));

export interface ForwardTo {
  /** Base address of Redspot's STOW-RS service: studies go to `{url}/studies`. */
  readonly url: string;
  /** Bearer token. */
  readonly token?: string;
  /** Mutual TLS: files with the authority to trust, and with Orthanc's own certificate and key, in PEM. */
  readonly tls?: { readonly authority: string; readonly certificate: string; readonly key: string };
}

export interface OrthancConfiguration {
  readonly folder: string;
  readonly httpPort: number;
  readonly dicomPort: number;
  readonly aeTitle: string;
  /** Seconds without a new instance after which Orthanc calls a study stable, and pushes it. */
  readonly stableSeconds: number;
  /** Where stable studies go; nowhere if left out. */
  readonly forwardTo?: ForwardTo;
  /** Longest pause between two tries of a push that fails. */
  readonly longestPauseSeconds?: number;
  /** Shared libraries; those of the image where left out. */
  readonly plugins?: readonly string[];
  readonly scriptPath: string;
  /** Whether other machines may use its HTTP server: only for a container, which is a machine of its own. */
  readonly remoteAccess: boolean;
}

/**
 * Orthanc's configuration as a PACS that accepts C-STORE, serves DICOMweb, and pushes by STOW-RS. Options:
 * https://orthanc.uclouvain.be/book/users/configuration.html and .../plugins/dicomweb.html.
 */
export function orthancConfiguration(of: OrthancConfiguration): Record<string, unknown> {
  return {
    Name: "Redspot's test bed",
    StorageDirectory: of.folder,
    IndexDirectory: of.folder,
    HttpPort: of.httpPort,
    DicomPort: of.dicomPort,
    DicomAet: of.aeTitle,
    DicomCheckCalledAet: false,
    // Any calling AE title may store, as a modality's is not known beforehand. Nothing else is allowed by DIMSE.
    DicomAlwaysAllowStore: true,
    DicomAlwaysAllowEcho: true,
    RemoteAccessAllowed: of.remoteAccess,
    AuthenticationEnabled: false,
    StableAge: of.stableSeconds,
    // The first instance with a SOP Instance UID stays: a report sent twice changes nothing.
    OverwriteInstances: false,
    ConcurrentJobs: 4,
    JobsHistorySize: 1000,
    HttpDescribeErrors: true,
    WebDavEnabled: false,
    ...(of.plugins && { Plugins: of.plugins }),
    ...(of.forwardTo && { PythonScript: of.scriptPath }),
    ...(of.forwardTo?.tls && { HttpsVerifyPeers: true, HttpsCACertificates: of.forwardTo.tls.authority }),
    Redspot: { Server: "redspot", LongestPauseSeconds: of.longestPauseSeconds ?? 60 },
    DicomWeb: {
      Enable: true,
      Root: "/dicom-web/",
      EnableWado: false,
      Servers: of.forwardTo ? { redspot: server(of.forwardTo) } : {},
    },
  };
}

function server({ url, token, tls }: ForwardTo): Record<string, unknown> {
  return {
    Url: url.endsWith("/") ? url : `${url}/`,
    Timeout: 120,
    HasDelete: false,
    ...(token !== undefined && { HttpHeaders: { Authorization: `Bearer ${token}` } }),
    ...(tls && { CertificateFile: tls.certificate, CertificateKeyFile: tls.key }),
  };
}
