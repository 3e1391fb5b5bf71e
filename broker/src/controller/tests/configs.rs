//! Configuration: set, deleted, appended to.

use super::*;
use crate::metadata::{ConfigResource, ConfigValues};

/// Rules with one list and one number.
#[derive(Debug)]
struct Rules;

impl ConfigRules for Rules {
    fn check(&self, _: &ConfigResource, values: &ConfigValues) -> Result<(), Refusal> {
        match values.get("retention.ms").filter(|value| value.parse::<i64>().is_err()) {
            None => Ok(()),
            Some(value) => {
                Err(Refusal::new(ErrorCode::InvalidConfig, format!("retention.ms is {value}")))
            }
        }
    }
    fn is_list(&self, _: &ConfigResource, key: &str) -> bool {
        key == "cleanup.policy"
    }
    fn default_of(&self, _: &ConfigResource, key: &str) -> Option<Arc<str>> {
        (key == "cleanup.policy").then(|| "delete".into())
    }
}

fn stage() -> Stage {
    let mut stage = Stage::with_rules(Options::default(), Arc::new(Rules));
    stage.ask(registration(1, false)).expect("it may register");
    stage.create("logs", 1, 1);
    stage
}

fn logs() -> ConfigResource {
    ConfigResource { kind: crate::metadata::ResourceKind::Topic, name: "logs".into() }
}

fn change(key: &str, operation: ConfigOperation, value: &str) -> ConfigChange {
    let value = (operation != ConfigOperation::Delete).then(|| value.into());
    ConfigChange { key: key.into(), operation, value }
}

fn alter(stage: &mut Stage, changes: &[ConfigChange]) -> Result<(), Refusal> {
    let resources = vec![(logs(), changes.to_vec())];
    stage.ask(IncrementalAlterConfigs { resources, validate_only: false }).remove(0)
}

fn values(stage: &Stage) -> Vec<(String, String)> {
    let values = stage.controller.image().configs().of(&logs()).cloned().unwrap_or_default();
    values.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

#[test]
fn keys_are_set_and_deleted_one_by_one() {
    let mut stage = stage();
    let set = change("retention.ms", ConfigOperation::Set, "5");
    assert_eq!(alter(&mut stage, std::slice::from_ref(&set)), Ok(()));
    assert_eq!(values(&stage), [("retention.ms".into(), "5".into())]);
    let before = stage.log.len();
    assert_eq!(alter(&mut stage, &[set]), Ok(()));
    assert_eq!(stage.log.len(), before, "what is so already is not written again");
    assert_eq!(alter(&mut stage, &[change("retention.ms", ConfigOperation::Delete, "")]), Ok(()));
    assert_eq!(values(&stage), []);
}

#[test]
fn lists_are_appended_to_and_subtracted_from_beginning_with_the_default() {
    let mut stage = stage();
    let step = |operation, value: &str| [change("cleanup.policy", operation, value)];
    assert_eq!(alter(&mut stage, &step(ConfigOperation::Append, "compact, delete")), Ok(()));
    assert_eq!(values(&stage), [("cleanup.policy".into(), "delete,compact".into())]);
    assert_eq!(alter(&mut stage, &step(ConfigOperation::Subtract, "delete")), Ok(()));
    assert_eq!(values(&stage), [("cleanup.policy".into(), "compact".into())]);
    let number = [change("retention.ms", ConfigOperation::Append, "1")];
    assert_eq!(code(alter(&mut stage, &number)), ErrorCode::InvalidConfig);
}

#[test]
fn a_change_that_is_wrong_in_one_key_changes_none() {
    let mut stage = stage();
    let changes = [
        change("a", ConfigOperation::Set, "1"),
        change("retention.ms", ConfigOperation::Set, "soon"),
    ];
    assert_eq!(code(alter(&mut stage, &changes)), ErrorCode::InvalidConfig);
    assert_eq!(values(&stage), []);
    let twice = [change("a", ConfigOperation::Set, "1"), change("a", ConfigOperation::Delete, "")];
    assert_eq!(code(alter(&mut stage, &twice)), ErrorCode::InvalidRequest);
    let null = ConfigChange { value: None, ..change("a", ConfigOperation::Set, "") };
    assert_eq!(code(alter(&mut stage, &[null])), ErrorCode::InvalidRequest);
    let long = [change("a", ConfigOperation::Set, &"x".repeat(40_000))];
    assert_eq!(code(alter(&mut stage, &long)), ErrorCode::InvalidConfig);
}

#[test]
fn the_older_request_replaces_everything() {
    let mut stage = stage();
    let replace = |stage: &mut Stage, values: &[(&str, Option<&str>)]| {
        let values = values.iter().map(|(key, value)| ((*key).into(), value.map(Into::into)));
        let resources = vec![(logs(), values.collect())];
        stage.ask(AlterConfigs { resources, validate_only: false }).remove(0)
    };
    assert_eq!(replace(&mut stage, &[("a", Some("1")), ("b", Some("2"))]), Ok(()));
    assert_eq!(replace(&mut stage, &[("b", Some("3"))]), Ok(()));
    assert_eq!(values(&stage), [("b".into(), "3".into())]);
    assert_eq!(code(replace(&mut stage, &[("c", None)])), ErrorCode::InvalidRequest);
    assert_eq!(replace(&mut stage, &[]), Ok(()));
    assert_eq!(values(&stage), []);
}

#[test]
fn only_what_exists_can_be_configured_and_only_once_a_request() {
    use crate::metadata::ResourceKind::{Broker, ClientMetrics, Group, Topic};
    let mut stage = stage();
    let table = [
        (Topic, "logs", ErrorCode::None),
        (Topic, "nothing", ErrorCode::UnknownTopicOrPartition),
        (Broker, "", ErrorCode::None),
        (Broker, "1", ErrorCode::None),
        (Broker, "2", ErrorCode::BrokerIdNotRegistered),
        (Broker, "one", ErrorCode::InvalidRequest),
        (Group, "any", ErrorCode::None),
        (Group, "", ErrorCode::InvalidRequest),
        (ClientMetrics, "any", ErrorCode::None),
    ];
    for (kind, name, expected) in table {
        let resource = ConfigResource { kind, name: name.into() };
        let changes = vec![change("k", ConfigOperation::Set, "v")];
        let resources = vec![(resource, changes)];
        let reply =
            stage.ask(IncrementalAlterConfigs { resources, validate_only: false }).remove(0);
        assert_eq!(
            reply.map_or_else(|refusal| refusal.code, |()| ErrorCode::None),
            expected,
            "{kind:?} {name:?}"
        );
    }
    let resources = vec![(logs(), vec![]), (logs(), vec![])];
    let reply = stage.ask(IncrementalAlterConfigs { resources, validate_only: false });
    reply.into_iter().for_each(|each| assert_eq!(code(each), ErrorCode::InvalidRequest));
}

#[test]
fn a_topic_is_not_created_with_a_configuration_that_is_not_legal() {
    let mut stage = stage();
    let mut topic = stage.new_topic("new", 1, 1);
    topic.configs = vec![("retention.ms".into(), Some("soon".into()))];
    assert_eq!(code(stage.create_one(topic.clone())), ErrorCode::InvalidConfig);
    assert!(stage.controller.image().topic("new").is_none());
    topic.configs = vec![("retention.ms".into(), None)];
    assert_eq!(code(stage.create_one(topic.clone())), ErrorCode::InvalidConfig);
    topic.configs = vec![("retention.ms".into(), Some("5".into()))];
    assert!(stage.create_one(topic).is_ok());
    let name = protocol::ids::TopicName::new("new").expect("a legal name");
    assert!(stage.controller.image().configs().of_topic(&name).is_some());
}
