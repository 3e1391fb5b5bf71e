//! The log as its users see it: against a model, through crashes, and in the details.

mod model;
mod support;
mod test_compact;
mod test_crash;
mod test_details;
mod test_kafka;
mod test_model;
