/** The Capabilities Description of the service (PS3.18 8.9, Annex H) in WADL. */
export const CAPABILITIES = `<?xml version="1.0" encoding="UTF-8"?>
<application xmlns="http://wadl.dev.java.net/2009/02">
  <doc title="Redspot">Takes instances for triage by the Store transaction (PS3.18 10.5). Nothing can be retrieved.</doc>
  <resources base="/">
    <resource path="studies">
      <method name="POST" id="StoreInstances">
        <request>
          <representation mediaType="multipart/related; type=&quot;application/dicom&quot;"/>
        </request>
        <response status="200 202 400 409 503">
          <representation mediaType="application/dicom+json"/>
        </response>
      </method>
      <resource path="{study}">
        <param name="study" style="template" type="xs:string" xmlns:xs="http://www.w3.org/2001/XMLSchema"/>
        <method name="POST" id="StoreStudyInstances">
          <request>
            <representation mediaType="multipart/related; type=&quot;application/dicom&quot;"/>
          </request>
          <response status="200 202 400 409 503">
            <representation mediaType="application/dicom+json"/>
          </response>
        </method>
      </resource>
    </resource>
  </resources>
</application>
`;
