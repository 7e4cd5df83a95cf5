use super::*;

fn task(number: u32) -> TaskUuid {
    TaskUuid::from_key("store", &number.to_string())
}

fn refuse(store: &mut Store, number: u32, bytes: usize) {
    assert!(store.make_room(bytes, |_| {}));
    store.insert(task(number), "[]".into(), bytes, Verdict::Refused(String::new()));
}

#[test]
fn one_id_refused_again_and_again_takes_no_more_room() {
    let mut store = Store::new(10, 1_000);
    for _ in 0..1_000 {
        refuse(&mut store, 1, 7);
    }
    assert_eq!((store.records.len(), store.bytes), (1, 7));
    assert!(store.over.len() <= 3, "{}", store.over.len());
}

#[test]
fn what_makes_room_is_named_once() {
    let mut store = Store::new(10, 100);
    for number in 0..4 {
        refuse(&mut store, number, 25);
    }
    // The first one is refused again, so that it is now the newest.
    refuse(&mut store, 0, 0);
    let mut forgotten = Vec::new();
    assert!(store.make_room(60, |task| forgotten.push(task)));
    assert_eq!(forgotten, [task(1), task(2)]);
    assert_eq!((store.records.len(), store.bytes), (2, 25));
}
