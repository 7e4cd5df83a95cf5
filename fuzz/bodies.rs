//! What must hold for every input: the bodies of the fuzz targets, which the corpus replay runs as well.

use runware_types::{
    ApiError, AudioResult, CollectedText, DecodeError, Envelope, FilesResult, ImageResult, Item, Limits,
    RawJson, RawTask, Report, SseDecoder, SseEvent, TaskDetails, TaskUuid, TextEvent, TextResult,
    TextStreamDecoder, TextStreamEnd, VideoResult, check_reply, check_request, encode_request, validate_text,
};

/// Reading a reply is total and local, and what was read is written again exactly.
pub fn envelope(body: &[u8]) {
    let reply = match Envelope::decode(body.to_vec()) {
        Ok(reply) => reply,
        Err(error) => {
            // A byte that is no UTF-8 is replaced by three.
            assert!(error.offset().is_none_or(|offset| offset <= 3 * body.len()), "{error}");
            assert!(error.to_string().len() < 1_000, "{error}");
            return;
        }
    };
    assert_eq!(reply.raw(), body);
    if std::str::from_utf8(body).is_ok() {
        keeps_entries_as_they_came(&reply);
    }
    reads_its_own_writing(&reply);
    loses_nothing_to_a_broken_neighbour(&reply);
    reply.items.iter().for_each(item_is_usable);
    reply.errors.iter().for_each(error_is_usable);
    if let Ok(text) = std::str::from_utf8(body) {
        findings_are_in(text, &check_reply(body));
    }
    for anomaly in &reply.anomalies {
        assert!(anomaly.offset <= 3 * body.len(), "{anomaly}");
    }
    _ = (format!("{reply:?}"), reply.is_blank());
}

/// A stream says the same however it is split; it ends once, and never well without a word of its end.
pub fn sse(stream: &[u8]) {
    let (frames, events) = (frames_of([stream]), events_of([stream]));
    for size in [1, 7] {
        assert_eq!(frames_of(stream.chunks(size)), frames, "in pieces of {size}");
        assert_eq!(events_of(stream.chunks(size)), events, "in pieces of {size}");
    }
    // A cut at a place of the input's own choosing.
    let sum: usize = stream.iter().map(|byte| usize::from(*byte)).sum();
    let (head, tail) = stream.split_at(sum % (stream.len() + 1));
    assert_eq!(frames_of([head, tail]), frames);
    assert_eq!(events_of([head, &[], tail]), events);

    let Ok(events) = events else { return };
    let is_end = |event: &&TextEvent| matches!(event, TextEvent::End(_));
    assert_eq!(events.iter().filter(is_end).count(), 1, "{events:?}");
    let Some(TextEvent::End(end)) = events.last() else { panic!("something behind the end: {events:?}") };
    let says_finished = stream.windows(6).any(|bytes| bytes == b"[DONE]");
    assert!(*end != TextStreamEnd::Finished || says_finished, "{events:?}");
    let says_why = |event: &TextEvent| match event {
        TextEvent::Delta(delta) => delta.finish_reason.is_some() || delta.is_whole,
        _ => false,
    };
    assert!(*end != TextStreamEnd::Ended || events.iter().any(says_why), "{events:?}");
    if let Some(failure) = events.iter().rposition(|event| matches!(event, TextEvent::Error(_))) {
        let is_made_good = events[failure..].iter().any(says_why);
        assert_eq!(*end == TextStreamEnd::Failed, !is_made_good, "{events:?}");
    }

    let mut collected = CollectedText::default();
    for event in &events {
        match event {
            TextEvent::Delta(delta) => collected.add(delta),
            TextEvent::Error(error) => error_is_usable(error),
            _ => {}
        }
    }
    _ = (format!("{collected:?}"), format!("{events:?}"));
}

/// A task that can be read is written so that it is read again as the same task, and preparing it never fails halfway.
pub fn task_text(text: &[u8]) {
    if let Ok(text) = std::str::from_utf8(text) {
        findings_are_in(text, &validate_text(text));
        findings_are_in(text, &check_request(text.as_bytes()));
    }
    let task = match RawTask::from_json(text) {
        Ok(task) => task,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    _ = (
        format!("{task:?}"),
        task.model(),
        task.delivery_method(),
        task.expected_results(),
        task.task_uuid(),
    );
    if let Ok(written) = task.encode() {
        assert!(RawJson::parse(written.clone()).is_ok(), "wrote what is no JSON");
        let again = RawTask::from_json(&written).expect("what was written is a task");
        assert_eq!(again, task);
        assert_eq!(again.encode().as_ref(), Ok(&written));
    }
    let (one, other) = (TaskUuid::from_key("fuzz", "one"), TaskUuid::from_key("fuzz", "other"));
    let Ok(prepared) = task.clone().prepare(one) else {
        return assert!(task.prepare(other).is_err(), "the new id decides whether a task is valid");
    };
    let sent = RawTask::from_json(prepared.bytes()).expect("what is sent is a task");
    assert_eq!(sent.task_uuid(), Some(Ok(prepared.uuid())));
    assert_eq!(sent.expected_results(), Ok(prepared.expected()));
    assert_eq!(sent.model().as_deref(), prepared.model());
    assert_eq!(sent.fields().count(), task.fields().count() + usize::from(task.field("taskUUID").is_none()));
    assert_eq!(sent.prepare(other), Ok(prepared.clone()), "an id that was given once stays");
    assert!(RawJson::parse(encode_request([&prepared])).is_ok(), "the request is no JSON");
}

fn findings_are_in(text: &str, report: &Report) {
    for finding in report.findings() {
        let Some(place) = finding.location else { continue };
        assert!(text.get(place.offset..place.offset + place.length).is_some(), "{finding:?}");
        assert!(place.line >= 1 && place.column >= 1, "{finding:?}");
    }
    _ = report.display("text", text).to_string();
}

/// The ways to read an id agree with each other, and an id that is printed is read again.
pub fn uuid(text: &[u8]) {
    if let Some(bytes) = text.first_chunk() {
        let random = TaskUuid::from_random_bytes(*bytes);
        assert_eq!(random.to_string().parse(), Ok(random));
    }
    let Ok(text) = std::str::from_utf8(text) else { return };
    let derived = TaskUuid::from_key(text, "");
    assert_eq!(derived.to_string().parse(), Ok(derived));

    let (new, known, echo) =
        (text.parse::<TaskUuid>(), TaskUuid::parse_known(text), TaskUuid::parse_echo(text));
    match (&new, &known, &echo) {
        (Ok(new), known, _) => assert_eq!(known, &Ok(*new), "good for a new task, but not for an old one"),
        (Err(error), _, _) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(known) = known {
        assert_eq!(echo, Some(known), "good for a known task, but not in a reply");
        assert_eq!(known.to_string(), text.to_ascii_lowercase());
    }
    if let Some(echo) = echo {
        let printed = echo.to_string();
        assert_eq!(TaskUuid::parse_echo(&printed), Some(echo));
        assert_eq!(TaskUuid::parse_known(&printed).is_ok(), !echo.as_uuid().is_nil());
        let json = RawJson::from_value(&echo).expect("an id can be written");
        assert_eq!(json.decode(), Ok(echo));
    }
}

/// Limits that the writing of a reply keeps to: an error that was the whole reply is written two levels deeper.
fn wide_limits(reply: &Envelope) -> Limits {
    let limits = Limits::default();
    Limits { max_depth: limits.max_depth + 2, max_bytes: 4 * reply.raw().len() + 100, ..limits }
}

/// An entry that lies in the memory of the reply is what was sent, byte for byte.
fn keeps_entries_as_they_came(reply: &Envelope) {
    let memory = reply.raw().as_ptr_range();
    let entries = reply.items.iter().map(Item::raw).chain(reply.errors.iter().map(ApiError::raw));
    for entry in entries {
        let part = entry.as_bytes().as_ptr_range();
        assert!(memory.start <= part.start && part.end <= memory.end, "{entry:?}");
    }
}

fn reads_its_own_writing(reply: &Envelope) {
    let written = reply.encode();
    let again =
        Envelope::decode_with(written.clone(), &wide_limits(reply)).expect("what was written is a reply");
    assert_eq!(again.items, reply.items);
    assert!(again.errors.iter().map(ApiError::raw).eq(reply.errors.iter().map(ApiError::raw)), "{reply:?}");
    assert_eq!(again.encode(), written);
}

fn loses_nothing_to_a_broken_neighbour(reply: &Envelope) {
    let mut body = b"{\"data\":[7".to_vec();
    for item in &reply.items {
        body.push(b',');
        body.extend_from_slice(item.raw().as_bytes());
    }
    body.extend_from_slice(b",null]}");
    let read = Envelope::decode_with(body.into(), &wide_limits(reply)).expect("its neighbours can be read");
    assert_eq!(read.items, reply.items);
}

fn item_is_usable(item: &Item) {
    assert_eq!(Item::from_raw(item.raw().clone()).as_ref(), Ok(item));
    assert!(item.progress().is_none_or(|percent| percent <= 100), "{item:?}");
    let results = (item.decode::<ImageResult>(), item.decode::<VideoResult>(), item.decode::<AudioResult>());
    _ = (results, item.decode::<TextResult>(), item.decode::<FilesResult>(), item.media());
    if let Some(failure) = item.failure() {
        error_is_usable(&failure);
    }
    if let Ok(details) = TaskDetails::from_item(item) {
        _ = (details.tasks(), details.envelope());
    }
}

fn error_is_usable(error: &ApiError) {
    assert_eq!(ApiError::from_raw(error.raw().clone()).raw(), error.raw());
    assert!(error.help_link().starts_with("http"), "{error:?}");
    assert!(error.known_code().is_none_or(|row| row.category() == error.category()), "{error:?}");
    _ = (error.category_with_status(500), error.is_retryable(), error.advice(), error.to_string());
    _ = (error.range(), error.allowed_values(), error.provider_response(), error.expected_type());
}

/// The events of a stream that arrives in these pieces, or what is wrong with it.
fn frames_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<SseEvent>, DecodeError> {
    let (mut decoder, mut events) = (SseDecoder::new(), Vec::new());
    for piece in pieces {
        decoder.push(piece);
        while let Some(event) = decoder.next_event()? {
            events.push(event);
        }
    }
    decoder.finish();
    while let Some(event) = decoder.next_event()? {
        events.push(event);
    }
    Ok(events)
}

/// What a text stream that arrives in these pieces says, or what is wrong with it.
fn events_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<TextEvent>, DecodeError> {
    let (mut decoder, mut events) = (TextStreamDecoder::new(), Vec::new());
    for piece in pieces {
        decoder.push(piece);
        while let Some(event) = decoder.next_event()? {
            events.push(event);
        }
    }
    decoder.finish();
    while let Some(event) = decoder.next_event()? {
        events.push(event);
    }
    Ok(events)
}
