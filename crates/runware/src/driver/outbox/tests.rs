use super::*;

fn id(number: u32) -> TaskUuid {
    TaskUuid::from_key("outbox", &number.to_string())
}

fn outbox(most: usize, tasks: std::ops::Range<u32>) -> Outbox {
    let mut outbox = Outbox::new(most);
    tasks.for_each(|number| outbox.push(id(number)));
    outbox
}

#[test]
fn tasks_travel_in_order_and_those_that_need_not_be_sent_take_no_place() {
    let mut outbox = outbox(3, 0..8);
    assert_eq!(outbox.next_request(|task| task != id(1)), [id(0), id(2), id(3)]);
    assert_eq!(outbox.next_request(|_| true), [id(4), id(5), id(6)]);
    assert_eq!(outbox.next_request(|task| task != id(7)), []);
    assert_eq!(outbox.next_request(|_| true), []);
}

#[test]
fn what_was_refused_is_divided_whatever_the_limit_has_become() {
    let mut outbox = outbox(8, 0..8);
    let first = outbox.next_request(|_| true);
    outbox.refused(&first);
    // Others bring the limit back before the refused ones are due again.
    for number in 0..100 {
        outbox.push(id(1_000 + number));
    }
    for _ in 0..8 {
        let others = outbox.next_request(|_| true);
        assert_eq!(others.len(), 4);
        outbox.answered(&others);
    }
    assert_eq!(outbox.next_request(|_| true).len(), 8);
    while !outbox.next_request(|_| true).is_empty() {}

    for task_uuid in &first {
        outbox.push(*task_uuid);
    }
    outbox.push(id(2_000));
    assert_eq!(outbox.next_request(|_| true), first[..4]);
    assert_eq!(outbox.next_request(|_| true), first[4..]);
    // A task that nothing is known of may travel with few others.
    assert_eq!(outbox.next_request(|_| true), [id(2_000)]);
}

#[test]
fn a_suspect_closes_a_request_that_is_too_large_for_it_already() {
    let mut outbox = Outbox::new(8);
    outbox.refused(&[id(1), id(2), id(3), id(4)]);
    outbox.limit = BatchLimit::new(8);
    for number in [10, 11, 12, 1, 2, 13] {
        outbox.push(id(number));
    }
    assert_eq!(outbox.next_request(|_| true), [id(10), id(11), id(12)]);
    assert_eq!(outbox.next_request(|_| true), [id(1), id(2)]);
    assert_eq!(outbox.next_request(|_| true), [id(13)]);
}

#[test]
fn whoever_was_answered_is_no_suspect() {
    let mut outbox = outbox(4, 0..4);
    let first = outbox.next_request(|_| true);
    outbox.refused(&first);
    outbox.answered(&first[..2]);
    outbox.forget(&first[2]);
    assert_eq!(outbox.suspects.len(), 1);
}
