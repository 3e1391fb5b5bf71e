//! Debian's Prometheus against a live broker, and against what is committed for it: the rules, and Grafana's dashboard.

use broker::telemetry::{MetricRow, rows};
use sapwood_tests::metrics::Told;
use sapwood_tests::peers::prometheus::{Prometheus, lint, promtool};
use sapwood_tests::process::http::get;
use sapwood_tests::process::{Said, workspace};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use tempfile::TempDir;

/// What the JMX exporter with Strimzi's rules shows of Kafka, and dashboards ask for, as far as a broker has it. What is
/// missing is named in docs/metrics.md, with the reason.
const JMX: &[&str] = &[
    "kafka_server_brokertopicmetrics_messagesin_total",
    "kafka_server_brokertopicmetrics_bytesin_total",
    "kafka_server_brokertopicmetrics_bytesout_total",
    "kafka_server_brokertopicmetrics_totalproducerequests_total",
    "kafka_server_brokertopicmetrics_totalfetchrequests_total",
    "kafka_server_brokertopicmetrics_failedproducerequests_total",
    "kafka_server_brokertopicmetrics_failedfetchrequests_total",
    "sum(irate(kafka_server_brokertopicmetrics_messagesin_total{topic!=\"\"}[5m])) by (topic)",
    "sum(irate(kafka_server_brokertopicmetrics_bytesin_total{topic=\"\"}[5m]))",
    "kafka_server_replicamanager_leadercount",
    "kafka_server_replicamanager_partitioncount",
    "kafka_server_replicamanager_underreplicatedpartitions",
    "kafka_server_replicamanager_underminisrpartitioncount",
    "kafka_server_replicamanager_atminisrpartitioncount",
    "rate(kafka_server_replicamanager_isrshrinks_total[5m])",
    "rate(kafka_server_replicamanager_isrexpands_total[5m])",
    "kafka_controller_kafkacontroller_activecontrollercount",
    "kafka_controller_kafkacontroller_offlinepartitionscount",
    "kafka_controller_kafkacontroller_globaltopiccount",
    "kafka_controller_kafkacontroller_globalpartitioncount",
    "kafka_controller_kafkacontroller_activebrokercount",
    "kafka_controller_kafkacontroller_fencedbrokercount",
    "kafka_controller_kafkacontroller_preferredreplicaimbalancecount",
    "rate(kafka_controller_controllerstats_uncleanleaderelections_total[5m])",
    "kafka_cluster_partition_underminisr{topic=\"told\",partition=\"0\"}",
    "kafka_cluster_partition_atminisr{topic=\"told\",partition=\"0\"}",
    "kafka_cluster_partition_replicascount{topic=\"told\",partition=\"0\"}",
    "kafka_log_log_size{topic=\"told\",partition=\"0\"}",
    "kafka_log_log_logstartoffset{topic=\"told\",partition=\"0\"}",
    "kafka_log_log_logendoffset{topic=\"told\",partition=\"0\"}",
    "kafka_network_requestmetrics_totaltimems{request=\"Produce\",quantile=\"0.99\"}",
    "kafka_network_requestmetrics_totaltimems{request=\"FetchConsumer\",quantile=\"0.50\"}",
    "rate(kafka_network_requestmetrics_totaltimems_count{request=\"Fetch\"}[5m])",
    "sum(rate(kafka_network_requestmetrics_requests_total[5m])) by (request)",
    "kafka_network_requestchannel_requestqueuesize",
    "kafka_network_socketserver_networkprocessoravgidle_percent",
    "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent",
    "sum(kafka_server_socket_server_metrics_connection_count) by (listener)",
    "sum(kafka_server_socket_server_metrics_connections_software) by (clientSoftwareName, clientSoftwareVersion)",
    "kafka_server_raftmetrics_current_leader",
    "kafka_server_raftmetrics_current_epoch",
    "kafka_server_raftmetrics_current_vote",
    "kafka_server_raftmetrics_current_state{current_state=\"leader\"}",
    "kafka_server_raftmetrics_log_end_offset",
    "kafka_server_raftmetrics_high_watermark",
    "kafka_server_raftmetrics_append_records_rate",
    "kafka_coordinator_group_groupmetadatamanager_numgroups",
    "kafka_coordinator_group_groupmetadatamanager_numgroupsstable",
    "kafka_coordinator_group_groupmetadatamanager_numgroupspreparingrebalance",
    "kafka_server_kafkaserver_brokerstate",
    "rate(kafka_server_kafkaserver_linux_disk_read_bytes[5m])",
    "rate(kafka_server_kafkaserver_linux_disk_write_bytes[5m])",
];

/// What kafka_exporter shows, and its dashboards ask for.
const EXPORTER: &[&str] = &[
    "kafka_brokers",
    "kafka_broker_info{id=\"1\",address!=\"\"}",
    "kafka_topic_partitions{topic=\"told\"}",
    "kafka_topic_partition_current_offset{topic=\"told\",partition=\"0\"}",
    "kafka_topic_partition_oldest_offset{topic=\"told\",partition=\"0\"}",
    "kafka_topic_partition_in_sync_replica{topic=\"told\",partition=\"0\"}",
    "kafka_topic_partition_leader{topic=\"told\",partition=\"0\"}",
    "kafka_topic_partition_leader_is_preferred{topic=\"told\",partition=\"0\"}",
    "kafka_topic_partition_replicas{topic=\"told\",partition=\"0\"}",
    "kafka_topic_partition_under_replicated_partition{topic=\"told\",partition=\"0\"}",
    "sum(rate(kafka_topic_partition_current_offset{topic=~\"told\"}[1m])) by (topic)",
    "sum(delta(kafka_consumergroup_current_offset{consumergroup=\"readers\"}[5m])/5) by (consumergroup, topic)",
    "kafka_consumergroup_current_offset{consumergroup=\"readers\",topic=\"told\"}",
    "kafka_consumergroup_current_offset_sum{consumergroup=\"readers\",topic=\"told\"}",
    "sum(kafka_consumergroup_lag{consumergroup=\"readers\"}) by (consumergroup, topic)",
    "kafka_consumergroup_lag_sum{consumergroup=\"readers\",topic=\"told\"}",
    "kafka_consumergroup_members{consumergroup=\"readers\"}",
];

/// What promtool would have otherwise in names that are not ours to choose.
const NOT_OURS: &[&str] = &[
    "kafka_consumergroup_current_offset_sum non-histogram and non-summary metrics should not have \"_sum\" suffix",
    "kafka_consumergroup_lag_sum non-histogram and non-summary metrics should not have \"_sum\" suffix",
    "kafka_log_logmanager_logdirectoryoffline label names should be written in 'snake_case' not 'camelCase'",
    "kafka_server_socket_server_metrics_connection_count non-histogram and non-summary metrics should not have \"_count\" suffix",
    "kafka_server_socket_server_metrics_connections_software label names should be written in 'snake_case' not 'camelCase'",
];

fn dashboard() -> Value {
    let path = workspace().join("packaging/grafana/sapwood.json");
    serde_json::from_str(&fs::read_to_string(path).expect("the dashboard")).expect("JSON")
}

/// The expressions of the dashboard, with everything chosen that can be.
fn expressions(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().cloned().unwrap_or_default());
    let chosen = |target: Value| {
        let mut text = target["expr"].as_str().expect("an expression").to_owned();
        for variable in ["$job", "$instance", "$topic", "$group"] {
            text = text.replace(variable, ".*");
        }
        text.replace("$__rate_interval", "1m")
    };
    targets.map(chosen).collect()
}

/// `label_values(METRIC, LABEL)` of the variables, as a query for the metric with that label.
fn variables(dashboard: &Value) -> Vec<String> {
    let list = dashboard["templating"]["list"].as_array().expect("variables").iter();
    let queries = list.filter_map(|variable| variable["query"]["query"].as_str());
    let query = |text: &str| {
        let inside = text.trim_start_matches("label_values(").trim_end_matches(')');
        let (metric, label) = inside.rsplit_once(", ").expect("a metric and a label");
        let metric = metric.replace("$job", ".*").replace("$instance", ".*");
        format!("count by ({label}) ({metric})")
    };
    queries.map(query).collect()
}

/// The sides of an alert's conditions, which have values whether or not it fires.
fn sides(expression: &str) -> impl Iterator<Item = String> {
    let bound = regex::Regex::new(r"\s(==|!=|<=|>=|<|>)\s[0-9.]+$").expect("a pattern");
    let conditions: Vec<String> = expression.split(" and ").map(str::to_owned).collect();
    conditions.into_iter().map(move |condition| {
        assert!(bound.is_match(&condition), "{condition} compares with a number");
        bound.replace(&condition, "").into_owned()
    })
}

#[tokio::test]
async fn every_expression_of_the_dashboard_the_rules_and_other_peoples_boards_has_data() {
    let told = Told::begin(&[]).await.expect("a broker with a story");
    let prometheus = Prometheus::watching(told.http).expect("a Prometheus");
    let dashboard = dashboard();
    let rules = prometheus.rules().expect("the rules");
    assert!(rules.len() > 15, "{rules:?}");
    let unhealthy: Vec<&Value> =
        rules.iter().filter(|rule| rule["lastError"].is_string()).collect();
    assert!(unhealthy.is_empty(), "{unhealthy:?}");
    let of_rules = rules.iter().flat_map(|rule| sides(rule["query"].as_str().expect("a query")));
    let names = rows::all().flat_map(names).map(str::to_owned);
    let theirs = JMX.iter().chain(EXPORTER).map(|expression| (*expression).to_owned());
    let all = expressions(&dashboard).into_iter().chain(variables(&dashboard));
    let all: Vec<String> = all.chain(of_rules).chain(names).chain(theirs).collect();
    let empty: Vec<&String> = all
        .iter()
        .filter(|expression| {
            prometheus
                .query(expression)
                .unwrap_or_else(|error| panic!("{expression}: {error:#}"))
                .is_empty()
        })
        .collect();
    assert_eq!(empty, Vec::<&String>::new(), "of {} expressions these have no data", all.len());
    let firing = prometheus.query("ALERTS{alertstate=\"firing\"}").expect("alerts");
    assert_eq!(firing, Vec::<Value>::new(), "there is nothing that anybody should get up for");
}

/// The names under which Prometheus keeps a row.
fn names(row: &MetricRow) -> Vec<&'static str> {
    use broker::telemetry::MetricKind;
    match row.kind {
        MetricKind::Histogram => Vec::new(),
        _ => [row.name].into_iter().chain(row.aliases.iter().map(|alias| alias.name)).collect(),
    }
}

#[tokio::test]
async fn promtool_has_nothing_to_say_of_our_names_and_little_of_those_of_others() {
    let told = Told::begin(&[]).await.expect("a broker with a story");
    let page = get(told.http, "/metrics").expect("the page").body;
    let said = lint(&page).expect("promtool");
    let said: BTreeSet<&str> = said.iter().map(String::as_str).collect();
    assert_eq!(said, NOT_OURS.iter().copied().collect(), "all that promtool says");
    assert!(said.iter().all(|line| line.starts_with("kafka_")), "nothing of it is about ours");
}

#[test]
fn the_rules_are_right_and_each_alert_fires_when_it_should_and_is_quiet_when_not() {
    let said = promtool(&["check", "rules", "sapwood.rules.yml"]).expect("the rules");
    assert!(said.contains("SUCCESS"), "{said}");
    let said = promtool(&["test", "rules", "sapwood.rules.test.yml"]).expect("their tests");
    assert!(said.contains("SUCCESS"), "{said}");
    let file = |name: &str| {
        let path = workspace().join("packaging/prometheus").join(name);
        fs::read_to_string(path).expect("it is there")
    };
    let (rules, tests) = (file("sapwood.rules.yml"), file("sapwood.rules.test.yml"));
    for alert in rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")) {
        let tested = tests.matches(&format!("alertname: {alert}\n")).count();
        assert_eq!(tested, 2, "{alert} is tested to fire and to be quiet");
    }
}

#[test]
fn the_dashboard_is_one_that_grafana_imports() {
    let dashboard = dashboard();
    assert!(dashboard["schemaVersion"].as_i64() >= Some(36));
    assert_eq!(dashboard["id"], Value::Null, "Grafana gives it one");
    let list = dashboard["templating"]["list"].as_array().expect("variables");
    assert_eq!((&list[0]["name"], &list[0]["type"]), (&"datasource".into(), &"datasource".into()));
    let mut ids = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        assert!(ids.insert(panel["id"].as_i64()), "two panels have one id: {}", panel["title"]);
        let side = |key: &str| panel["gridPos"][key].as_i64().expect("a number");
        assert!(side("x") + side("w") <= 24, "{}", panel["title"]);
        for x in side("x")..side("x") + side("w") {
            for y in side("y")..side("y") + side("h") {
                assert!(taken.insert((x, y)), "{} lies on another panel", panel["title"]);
            }
        }
        for target in panel["targets"].as_array().into_iter().flatten() {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
        }
    }
}

#[test]
fn generate_writes_what_is_committed_and_a_configuration_that_promtool_takes() {
    let generate = |arguments: &[&str]| {
        let said = Said::by_sapwood(&[&["generate"], arguments].concat()).expect("it runs");
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
        said.out
    };
    let committed = |path: &str| {
        fs::read_to_string(workspace().join("packaging").join(path)).expect("it is there")
    };
    assert_eq!(generate(&["grafana-dashboard"]), committed("grafana/sapwood.json"));
    assert_eq!(generate(&["prometheus-config"]), committed("prometheus/prometheus.yml"));
    let dir = TempDir::new().expect("a directory");
    let path = |name: &str| dir.path().join(name).display().to_string();
    assert_eq!(generate(&["alerts", "--file", &path("sapwood.rules.yml")]), "");
    let config = path("prometheus.yml");
    generate(&["prometheus-config", "--target", "a:9644", "--target", "b:9644", "--file", &config]);
    let said = promtool(&["check", "config", &config]).expect("the configuration");
    let count = committed("prometheus/sapwood.rules.yml").matches("- alert: ").count();
    assert!(said.contains(&format!("{count} rules found")), "{said}");
    assert!(fs::read_to_string(&config).expect("the file").contains("[\"a:9644\", \"b:9644\"]"));
    let said =
        Said::by_sapwood(&["generate", "alerts", "--file", "/no/such/folder/x"]).expect("it runs");
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("/no/such/folder/x"), "{}", said.err);
}
