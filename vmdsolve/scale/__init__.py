"""Files of any size: shards that appear when they are whole, jobs that share an output without talking, joining."""
