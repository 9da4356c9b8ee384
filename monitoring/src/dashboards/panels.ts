import {
  DashboardBuilder,
  DashboardCursorSync,
  type DataSourceRef,
  DatasourceVariableBuilder,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** Units as Grafana calls them. */
type Unit = "s" | "bytes" | "short" | "percentunit" | "reqps" | "none" | "Bps";

/** What a panel shows. */
interface PanelContent {
  title: string;
  /** What to read from it, for whoever sees it for the first time. */
  description: string;
  unit: Unit;
  /** Legend to query, in PromQL. The legend may name labels: `{{queue}}`. */
  queries: Readonly<Record<string, string>>;
}

export interface DashboardContent {
  /** In the file's name and in the address. */
  uid: string;
  title: string;
  description: string;
  /** Rows of panels, by their titles. */
  rows: Readonly<Record<string, readonly (PanelContent & { as?: "figure" })[]>>;
}

/** Chosen at the top of each dashboard: Grafana puts it in. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own way to name a variable
const SOURCE: DataSourceRef = { type: "prometheus", uid: "${datasource}" };
const WIDTH = 24;

/** A dashboard of Grafana (schema version 42), by the types that Grafana generates from its own schema. */
export function dashboardOf({ uid, title, description, rows }: DashboardContent): object {
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(["redspot"])
    .readonly()
    .refresh("1m")
    .time({ from: "now-6h", to: "now" })
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"));
  for (const [row, panels] of Object.entries(rows)) {
    dashboard.withRow(new RowBuilder(row));
    const span = Math.floor(WIDTH / Math.min(panels.length, 4));
    for (const panel of panels) dashboard.withPanel(panelOf(panel, span));
  }
  return dashboard.build();
}

function panelOf({ title, description, unit, queries, as }: PanelContent & { as?: "figure" }, span: number) {
  const panel = as === "figure" ? new StatBuilder().height(4) : new TimeSeriesBuilder().height(8).fillOpacity(8).min(0);
  panel.title(title).description(description).unit(unit).span(span).datasource(SOURCE);
  for (const [index, [legend, expression]] of Object.entries(queries).entries()) {
    const refId = String.fromCharCode(65 + index);
    panel.withTarget(new DataqueryBuilder().refId(refId).expr(expression).legendFormat(legend).datasource(SOURCE));
  }
  return panel;
}
