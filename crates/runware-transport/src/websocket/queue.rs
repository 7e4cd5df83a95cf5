//! A queue that is bounded by what its items weigh.

use std::collections::VecDeque;

use tokio::sync::mpsc;

/// A queue for at most `most` items that came in frames of at most `most_bytes` together.
///
/// An empty queue takes an item of any weight: what a frame may weigh is limited where it is received.
pub(super) fn queue<T>(most: usize, most_bytes: usize) -> (Inlet<T>, mpsc::Receiver<T>) {
    let (sender, receiver) = mpsc::channel(most.max(1));
    (Inlet::new(sender, most_bytes), receiver)
}

/// The end of the queue where items go in. It never waits.
#[derive(Debug)]
pub(super) struct Inlet<T> {
    sender: mpsc::Sender<T>,
    most_bytes: usize,
    /// The weights of those that have not been seen to leave, oldest first.
    weights: VecDeque<usize>,
    bytes: usize,
}

/// The item that did not fit in; or nobody is there to take it out.
#[derive(Debug)]
pub(super) struct Refused;

impl<T> Inlet<T> {
    pub(super) fn new(sender: mpsc::Sender<T>, most_bytes: usize) -> Self {
        Self { sender, most_bytes, weights: VecDeque::new(), bytes: 0 }
    }

    /// Whether nobody is there to take anything out.
    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    pub(super) fn offer(&mut self, item: T, weight: usize) -> Result<(), Refused> {
        self.notice_departures();
        if !self.weights.is_empty() && self.bytes.saturating_add(weight) > self.most_bytes {
            return Err(Refused);
        }
        self.sender.try_send(item).map_err(|_| Refused)?;
        self.weights.push_back(weight);
        self.bytes = self.bytes.saturating_add(weight);
        Ok(())
    }

    fn notice_departures(&mut self) {
        let inside = self.sender.max_capacity().saturating_sub(self.sender.capacity());
        while self.weights.len() > inside {
            let weight = self.weights.pop_front().unwrap_or(0);
            self.bytes = self.bytes.saturating_sub(weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_beyond_the_number_or_the_weight_are_refused() {
        let (mut inlet, mut outlet) = queue(2, 10);
        inlet.offer('a', 6).unwrap();
        inlet.offer('b', 5).unwrap_err();
        inlet.offer('c', 4).unwrap();
        inlet.offer('d', 0).unwrap_err();
        assert_eq!(outlet.try_recv().unwrap(), 'a');
        inlet.offer('e', 6).unwrap();
        assert_eq!((outlet.try_recv().unwrap(), outlet.try_recv().unwrap()), ('c', 'e'));
    }

    #[test]
    fn an_empty_queue_takes_any_weight_and_a_forgotten_one_nothing() {
        let (mut inlet, mut outlet) = queue(2, 10);
        inlet.offer('a', 100).unwrap();
        inlet.offer('b', 1).unwrap_err();
        outlet.try_recv().unwrap();
        inlet.offer('c', 100).unwrap();
        drop(outlet);
        inlet.offer('d', 1).unwrap_err();
    }
}
