mod results;
mod tasks;
