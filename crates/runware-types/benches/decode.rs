//! How fast replies are read, next to other ways of reading them with serde_json in the same run.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench stops at the line that failed")]

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use runware_types::{Envelope, ImageResult};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(50);
    targets = decode
}
criterion_main!(benches);

fn decode(criterion: &mut Criterion) {
    let bodies = [("20 results", results(20)), ("1000 results", results(1000)), ("2 MB of base64", base64())];
    for (name, body) in bodies {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function("plain structs", |bencher| {
            bencher.iter(|| serde_json::from_slice::<Plain>(&body).unwrap());
        });
        group.bench_function("Value", |bencher| {
            bencher.iter(|| serde_json::from_slice::<Value>(&body).unwrap());
        });
        group.bench_function("routing by hand", |bencher| {
            bencher.iter(|| {
                black_box(heads(&body));
            });
        });
        group.bench_function("routing", |bencher| bencher.iter(|| Envelope::decode(body.clone()).unwrap()));
        group.bench_function("routing and typed results", |bencher| {
            bencher.iter(|| {
                let reply = Envelope::decode(body.clone()).unwrap();
                for item in &reply.items {
                    let image = ImageResult::from_item(item).unwrap();
                    black_box((
                        item.task_type(),
                        item.task_uuid(),
                        item.phase(),
                        image.uuid(),
                        image.media(),
                    ));
                    black_box((image.seed(), image.nsfw_content(), image.cost()));
                }
                reply
            });
        });
        group.finish();
    }
}

/// A reply with this many images, each in some 280 bytes.
fn results(count: u64) -> Bytes {
    let item = |nth| {
        // Any numbers that differ in most digits.
        let number = (nth + 1) * 2_654_435_761 % 4_294_967_296;
        let file = format!("{number:08x}-a6d3-44d9-b8c0-{number:012x}.jpg");
        image(number, &format!(r#""imageURL":"https://im.runware.ai/image/ws/0.5/ii/{file}""#))
    };
    let items: Vec<_> = (0..count).map(item).collect();
    Bytes::from(format!(r#"{{"data":[{}]}}"#, items.join(",")))
}

/// A reply with one image of 2 MB in base64.
fn base64() -> Bytes {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter();
    let data: String = digits.cycle().step_by(7).take(2_000_000).map(|digit| char::from(*digit)).collect();
    Bytes::from(format!(r#"{{"data":[{}]}}"#, image(1, &format!(r#""imageBase64Data":"{data}""#))))
}

fn image(number: u64, media: &str) -> String {
    let cost = number % 90 + 10;
    format!(
        concat!(
            r#"{{"taskType":"imageInference","taskUUID":"a770f077-f413-47de-9dac-{number:012x}","#,
            r#""imageUUID":"{number:08x}-a6d3-44d9-b8c0-{number:012x}",{media},"#,
            r#""seed":{number},"NSFWContent":false,"cost":0.00{cost}}}"#
        ),
        number = number,
        media = media,
        cost = cost
    )
}

/// How a program may read that knows exactly what will come.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is enough to read it")]
struct Plain {
    data: Vec<PlainImage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is enough to read it")]
struct PlainImage {
    task_type: String,
    #[serde(rename = "taskUUID")]
    task_uuid: String,
    status: Option<String>,
    #[serde(rename = "imageUUID")]
    image_uuid: Option<String>,
    #[serde(rename = "imageURL")]
    url: Option<String>,
    #[serde(rename = "imageBase64Data")]
    base64: Option<String>,
    #[serde(rename = "imageDataURI")]
    data_uri: Option<String>,
    seed: Option<u64>,
    #[serde(rename = "NSFWContent")]
    nsfw: Option<bool>,
    cost: Option<f64>,
}

/// How a program may read that only passes results on, and trusts that none of its three strings holds an escape.
fn heads(body: &[u8]) -> Vec<(&RawValue, Head<'_>)> {
    let reply: RawResults<'_> = serde_json::from_slice(body).unwrap();
    reply.data.into_iter().map(|raw| (raw, serde_json::from_str(raw.get()).unwrap())).collect()
}

#[derive(Deserialize)]
struct RawResults<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is enough to read it")]
struct Head<'a> {
    task_type: Option<&'a str>,
    #[serde(rename = "taskUUID")]
    task_uuid: Option<&'a str>,
    status: Option<&'a str>,
}
