//! The bytes of a package file, shared by all that carry the package.

use std::fmt;
use std::sync::Arc;

/// Cheap to clone, and never printed byte by byte.
#[derive(Clone, PartialEq, Eq)]
pub struct Content(Arc<[u8]>);

impl Content {
    pub fn new(bytes: Vec<u8>) -> Content {
        Content(bytes.into())
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_compared_and_not_printed() {
        let content = Content::new(vec![1, 2, 3]);
        assert_eq!(content, content.clone());
        assert_ne!(content, Content::new(vec![1, 2, 4]));
        assert_eq!(format!("{content:?}"), "Content(3 bytes)");
    }
}
