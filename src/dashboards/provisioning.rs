//! How Grafana finds the dashboards and Prometheus: files for its `provisioning` folder.
//!
//! They are text because their comments are half of their worth. `$NAME` is an environment variable of Grafana.

use crate::dashboards::File;

const DATASOURCE: &str = "\
# Nguồn dữ liệu Prometheus của emc. Grafana đọc biến môi trường PROMETHEUS_URL và EMC_URL.
# The Prometheus of emc. Grafana takes PROMETHEUS_URL and EMC_URL from its environment.
apiVersion: 1
prune: true
datasources:
  - name: Prometheus (emc)
    uid: emc-prometheus
    type: prometheus
    access: proxy
    url: ${PROMETHEUS_URL}
    editable: false
    jsonData:
      httpMode: POST
      # Bằng scrape_interval của Prometheus. The scrape_interval of Prometheus.
      timeInterval: 15s
      prometheusType: Prometheus
      manageAlerts: false
      # Một chấm trên biểu đồ mở trang của lần đo đó. A dot on a chart opens the page of that run.
      exemplarTraceIdDestinations:
        - name: run_id
          url: ${EMC_URL}/runs/$${__value.raw}
          urlDisplayLabel: emc
";

const DASHBOARDS: &str = "\
# Các bảng theo dõi, mỗi ngôn ngữ một thư mục. The dashboards, a folder for each language.
apiVersion: 1
providers:
  - name: emc-vi
    folder: emc (Tiếng Việt)
    folderUid: emc-vi
    type: file
    disableDeletion: true
    allowUiUpdates: false
    updateIntervalSeconds: 60
    options:
      path: /var/lib/grafana/dashboards/emc/vi
  - name: emc-en
    folder: emc (English)
    folderUid: emc-en
    type: file
    disableDeletion: true
    allowUiUpdates: false
    updateIntervalSeconds: 60
    options:
      path: /var/lib/grafana/dashboards/emc/en
";

/// The provisioning files.
#[must_use]
pub fn files() -> Vec<File> {
    vec![
        ("provisioning/datasources/emc.yaml".to_owned(), DATASOURCE.to_owned()),
        ("provisioning/dashboards/emc.yaml".to_owned(), DASHBOARDS.to_owned()),
    ]
}
