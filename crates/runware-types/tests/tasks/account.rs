//! Tasks that generate nothing: models, files, the account, the connection, questions.

use runware_types::{
    AccountManagement, Authentication, GetResponse, GetTaskDetails, ImageUpload, MediaStorage, ModelCategory,
    ModelSearch, ModelSort, ModelSource, ModelType, ModelUpload, ModelVisibility, NewModel, Ping,
};

use super::{Case, case, id, png, web};

pub(crate) fn table() -> Vec<Case> {
    [models(), files(), account(), connection()].into_iter().flatten().collect()
}

fn models() -> Vec<Case> {
    let search = ModelSearch::new()
        .task_uuid(id())
        .search("watercolour")
        .source(ModelSource::Official)
        .category(ModelCategory::Lora)
        .architecture("flux1d")
        .capabilities(["text-to-image"])
        .visibility(ModelVisibility::Owned)
        .limit(100)
        .offset(200)
        .sort(ModelSort::PopularityDescending);
    let foxes = || {
        ModelUpload::new(NewModel {
            category: ModelCategory::Lora,
            architecture: "flux1d",
            name: "Red foxes",
            version: "1.0",
            download_url: "https://example.com/foxes.safetensors",
        })
    };
    let upload = foxes()
        .task_uuid(id())
        .model_type(ModelType::Base)
        .air("acme:1@1")
        .unique_identifier("foxes-1")
        .default_scheduler("Euler")
        .default_steps(28)
        .default_cfg(3.5)
        .default_strength(0.8)
        .default_weight(1.0)
        .private(true)
        .hero_image_url("https://example.com/fox.png")
        .tags(["fox", "snow"])
        .positive_trigger_words("redfox")
        .negative_trigger_words("dog")
        .short_description("Foxes.")
        .comment("First try.");
    vec![case(ModelSearch::default()), case(search), case(foxes()), case(upload)]
}

fn files() -> Vec<Case> {
    vec![
        case(MediaStorage::upload(png())),
        case(MediaStorage::upload(web("fox.png")).task_uuid(id())),
        case(MediaStorage::delete("77da2d99-a6d3-44d9-b8c0-ae9fb06b6200")),
        case(ImageUpload::new(png())),
        case(ImageUpload::new(web("fox.png")).task_uuid(id())),
    ]
}

fn account() -> Vec<Case> {
    let activity = AccountManagement::usage_activity()
        .task_uuid(id())
        .start_date("2026-11-01")
        .end_date("2026-11-30")
        .models(["runware:101@1"])
        .api_keys(["production"])
        .group_by(["model"])
        .timezone("Europe/London");
    vec![
        case(AccountManagement::details()),
        case(activity),
        case(AccountManagement::usage_performance()),
        case(AccountManagement::usage_errors()),
    ]
}

fn connection() -> Vec<Case> {
    vec![
        case(Authentication::new("s3cret")),
        case(Authentication::new("s3cret").session("f40c2aeb-f8a7-4af7-a1ab-7594c9bf778f")),
        case(Ping::new()),
        case(Ping::default()),
        case(GetResponse::new(id())),
        case(GetResponse::new(id())),
        case(GetTaskDetails::new(id())),
        case(GetTaskDetails::new(id())),
    ]
}
