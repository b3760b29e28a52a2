//! Several deliveries in one POST.

use serde::{Deserialize, Serialize};

use super::control::QueueError;
use super::envelope::Envelope;
use super::queue::{DeliveryId, Queue};

/// How several deliveries become one POST (protocol row 3.3.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchShape {
    /// One entry that holds all events.
    #[default]
    OneEntry,
    /// An entry for each delivery.
    ManyEntries,
}

/// The app of a batch, once it is sure that it can be made.
pub(super) fn batchable(queue: &mut Queue, ids: &[DeliveryId]) -> Result<String, QueueError> {
    let mut app: Option<String> = None;
    for (at, id) in ids.iter().enumerate() {
        let Some(queued) = queue.waiting_mut(*id) else {
            return Err(super::control::absent(queue, *id));
        };
        if queued.envelope.is_none() {
            return Err(QueueError::Edited(*id));
        }
        let same = app.get_or_insert_with(|| queued.app_id.clone()) == &queued.app_id;
        if !same || ids[..at].contains(id) {
            return Err(QueueError::NoBatch);
        }
    }
    match app {
        Some(app_id) if ids.len() > 1 => Ok(app_id),
        _ => Err(QueueError::NoBatch),
    }
}

/// One envelope of several, in their order.
pub(super) fn join(envelopes: Vec<Envelope>, shape: BatchShape) -> Envelope {
    let mut entries = envelopes.into_iter().flat_map(|envelope| envelope.entry);
    let mut whole = Envelope {
        object: "page".to_owned(),
        entry: Vec::new(),
    };
    match shape {
        BatchShape::ManyEntries => whole.entry.extend(entries),
        BatchShape::OneEntry => {
            if let Some(mut first) = entries.next() {
                for other in entries {
                    first.time = first.time.max(other.time);
                    first.messaging.extend(other.messaging);
                    first.standby.extend(other.standby);
                }
                whole.entry.push(first);
            }
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::Item;

    #[test]
    fn a_batch_holds_every_event_in_either_shape() {
        let envelopes = || {
            (0..3)
                .map(|at| Envelope::of_one(Item::unlinked(&at.to_string(), "9", at)))
                .collect::<Vec<_>>()
        };
        let one = join(envelopes(), BatchShape::OneEntry);
        assert_eq!((one.entry.len(), one.entry[0].messaging.len()), (1, 3));
        assert_eq!(one.entry[0].time, 2);
        let many = join(envelopes(), BatchShape::ManyEntries);
        assert_eq!((many.entry.len(), many.entry[2].messaging.len()), (3, 1));
    }
}
