//! The guard: will hold every declared length and count against what the rest of the frame could hold. Its place in
//! the decoder stands; the walk through the body comes with the schemas.

use crate::ApiKey;

/// Why a body is refused before it is decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// The bytes end within a field.
    #[error("the body ends too early")]
    Truncated,
}

/// Checks a request's body.
pub fn check(_key: ApiKey, _version: i16, _body: &[u8]) -> Result<(), GuardError> {
    Ok(())
}

/// Checks a response's body.
pub fn check_response(_key: ApiKey, _version: i16, _body: &[u8]) -> Result<(), GuardError> {
    Ok(())
}
