//! The addresses in answers, replaced by those of our listeners.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use protocol::header::RequestHead;
use protocol::message::{self, ApiBody};
use protocol::messages::{
    DescribeClusterResponse, FetchResponse, FindCoordinatorResponse, MetadataResponse,
    ProduceResponse,
};
use protocol::{ApiKey, StrBytes, header};

use super::routes::Routes;
use crate::address::Address;

/// From this version on an answer names the new leaders of partitions that have moved (KIP-951).
const FETCH_NAMES_BROKERS: i16 = 16;
const PRODUCE_NAMES_BROKERS: i16 = 10;

/// The answer, with our listeners in it, at the address at which the client has reached us (`here`): one that listens on
/// all addresses has no other to name. One that names no broker, or that cannot be read, is passed on as it is.
pub(super) fn rewritten(
    head: &RequestHead,
    frame: Bytes,
    routes: &Arc<Routes>,
    here: IpAddr,
) -> Vec<Bytes> {
    let changed = match head.key() {
        Some(ApiKey::Metadata) => change(head, &frame, |answer: &mut MetadataResponse| {
            answer.brokers.iter_mut().for_each(|b| replace(&mut b.host, &mut b.port, routes, here));
        }),
        Some(ApiKey::DescribeCluster) => {
            change(head, &frame, |answer: &mut DescribeClusterResponse| {
                answer
                    .brokers
                    .iter_mut()
                    .for_each(|b| replace(&mut b.host, &mut b.port, routes, here));
            })
        }
        Some(ApiKey::FindCoordinator) => {
            change(head, &frame, |answer: &mut FindCoordinatorResponse| {
                replace(&mut answer.host, &mut answer.port, routes, here);
                let coordinators = answer.coordinators.iter_mut();
                coordinators.for_each(|c| replace(&mut c.host, &mut c.port, routes, here));
            })
        }
        Some(ApiKey::Fetch) if head.version >= FETCH_NAMES_BROKERS => {
            change(head, &frame, |answer: &mut FetchResponse| {
                let endpoints = answer.node_endpoints.iter_mut();
                endpoints.for_each(|e| replace(&mut e.host, &mut e.port, routes, here));
            })
        }
        Some(ApiKey::Produce) if head.version >= PRODUCE_NAMES_BROKERS => {
            change(head, &frame, |answer: &mut ProduceResponse| {
                let endpoints = answer.node_endpoints.iter_mut();
                endpoints.for_each(|e| replace(&mut e.host, &mut e.port, routes, here));
            })
        }
        _ => None,
    };
    changed.unwrap_or_else(|| vec![frame])
}

/// Decodes an answer, changes it and encodes it again.
fn change<R: ApiBody>(
    head: &RequestHead,
    frame: &Bytes,
    change: impl FnOnce(&mut R),
) -> Option<Vec<Bytes>> {
    let mut body = frame.slice(4..);
    let correlation = header::decode_correlation_id(&mut body).ok()?;
    let mut answer: R = message::decode_response(head.version, &mut body).ok()?;
    change(&mut answer);
    let encoded = message::encode_response(R::KEY, head.version, correlation, &answer).ok()?;
    Some(encoded.into_vec())
}

/// Puts our listener's address in the place of a broker's. An error's empty address stays.
fn replace(host: &mut StrBytes, port: &mut i32, routes: &Arc<Routes>, here: IpAddr) {
    let Some(broker) = u16::try_from(*port).ok().filter(|port| *port > 0) else { return };
    match routes.to(&Address::new(host.as_str(), broker)) {
        Ok(local) => {
            *host = StrBytes::from_string(here.to_string());
            *port = local.port().into();
        }
        Err(error) => eprintln!("no listener for {host}:{port}: {error}"),
    }
}
