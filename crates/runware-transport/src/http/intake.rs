//! Taking a reply's body in, decompressed and bounded, one chunk after the other.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;

use super::BodyLimits;
use crate::{Delivery, ErrorKind, TransportError};

/// A body below this size is not asked how well it was compressed: small ones legitimately are.
const RATIO_FREE: u64 = 1 << 20;

/// So many compressed bytes are decompressed at once, wherever the network cut them, and the ratio is looked at after
/// each block: of several flaws of a body, it must not depend on its chunks which is found first. One block grows to
/// about 4 MiB at the very most.
const BLOCK: usize = 4 << 10;

/// A body on its way in.
pub(super) struct Intake {
    form: Form,
    limits: BodyLimits,
    /// How many compressed bytes were decompressed.
    received: u64,
    /// The beginning of the next block.
    block: Vec<u8>,
}

enum Form {
    Identity(Bounded),
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

impl Intake {
    /// Prepares for a body with this `Content-Encoding`.
    ///
    /// # Errors
    ///
    /// When it is encoded in a way that was not asked for.
    pub(super) fn new(encoding: Option<&[u8]>, limits: BodyLimits) -> Result<Self, TransportError> {
        let bounded = Bounded::new(limits.max_bytes);
        let form = match encoding.unwrap_or_default().trim_ascii().to_ascii_lowercase().as_slice() {
            b"" | b"identity" => Form::Identity(bounded),
            // RFC 9110, 8.4.1.3: x-gzip is the same.
            b"gzip" | b"x-gzip" => Form::Gzip(Box::new(MultiGzDecoder::new(bounded))),
            _ => return Err(undecodable("the reply is encoded in a way that was not asked for")),
        };
        Ok(Self { form, limits, received: 0, block: Vec::new() })
    }

    /// Refuses a body whose announced length is too large already.
    pub(super) fn announce(&self, length: u64) -> Result<(), TransportError> {
        if length > self.limits.max_bytes as u64 { Err(self.too_large()) } else { Ok(()) }
    }

    /// Takes one chunk in.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), TransportError> {
        if let Form::Identity(bounded) = &mut self.form {
            let taken = bounded.write_all(chunk);
            return taken.map_err(|error| self.refusal(&error));
        }
        let mut rest = chunk;
        while !rest.is_empty() {
            let (part, after) = rest.split_at(rest.len().min(BLOCK - self.block.len()));
            rest = after;
            self.block.extend_from_slice(part);
            if self.block.len() == BLOCK {
                self.decompress()?;
            }
        }
        Ok(())
    }

    /// Decompresses the block that has come together.
    fn decompress(&mut self) -> Result<(), TransportError> {
        let Form::Gzip(decoder) = &mut self.form else { return Ok(()) };
        if self.block.is_empty() {
            return Ok(());
        }
        self.received += self.block.len() as u64;
        let taken = decoder.write_all(&self.block);
        self.block.clear();
        taken.map_err(|error| self.refusal(&error))?;
        self.check_ratio()
    }

    /// The whole body.
    pub(super) fn finish(mut self) -> Result<Bytes, TransportError> {
        self.decompress()?;
        if self.received > 0 {
            if let Form::Gzip(decoder) = &mut self.form {
                let finished = decoder.try_finish();
                finished.map_err(|error| self.refusal(&error))?;
            }
            self.check_ratio()?;
        }
        let bytes = match &mut self.form {
            Form::Identity(bounded) => std::mem::take(&mut bounded.bytes),
            Form::Gzip(decoder) => std::mem::take(&mut decoder.get_mut().bytes),
        };
        // Results are slices of this buffer and live long: do not keep its slack alive with them.
        Ok(Bytes::from(bytes.into_boxed_slice()))
    }

    fn check_ratio(&mut self) -> Result<(), TransportError> {
        let Form::Gzip(decoder) = &mut self.form else { return Ok(()) };
        let flushed = decoder.flush();
        flushed.map_err(|error| self.refusal(&error))?;
        let grown = self.bounded().bytes.len() as u64;
        let allowed = self.received.saturating_mul(u64::from(self.limits.max_ratio));
        if grown <= RATIO_FREE.max(allowed) {
            return Ok(());
        }
        Err(too_large(format!("the reply grows more than {} times when decompressed", self.limits.max_ratio)))
    }

    fn refusal(&self, error: &io::Error) -> TransportError {
        if self.bounded().overflowed {
            self.too_large()
        } else {
            undecodable("the reply's compression is broken").with_causes([error.to_string()])
        }
    }

    fn too_large(&self) -> TransportError {
        too_large(format!("the reply is larger than {} bytes", self.limits.max_bytes))
    }

    fn bounded(&self) -> &Bounded {
        match &self.form {
            Form::Identity(bounded) => bounded,
            Form::Gzip(decoder) => decoder.get_ref(),
        }
    }
}

/// A buffer that refuses to grow beyond a size, and never allocates beyond it either.
struct Bounded {
    bytes: Vec<u8>,
    max: usize,
    overflowed: bool,
}

impl Bounded {
    fn new(max: usize) -> Self {
        Self { bytes: Vec::new(), max, overflowed: false }
    }
}

impl Write for Bounded {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let filled = self.bytes.len();
        if data.len() > self.max - filled {
            self.overflowed = true;
            return Err(io::Error::other("larger than allowed"));
        }
        if data.len() > self.bytes.capacity() - filled {
            let doubled = self.bytes.capacity().saturating_mul(2).min(self.max);
            self.bytes.reserve_exact(doubled.max(filled + data.len()) - filled);
        }
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn too_large(message: impl Into<String>) -> TransportError {
    TransportError::new(ErrorKind::TooLarge, Delivery::Answered, message)
}

fn undecodable(message: impl Into<String>) -> TransportError {
    TransportError::new(ErrorKind::Undecodable, Delivery::Answered, message)
}

#[cfg(test)]
mod tests;
