# Every hierarchical model of pairs and triples, fitted by glm to every draw, the lowest BIC kept: the published way.
#
#     Rscript all_models.R TABLES.csv OUTPUT.csv
#
# Silverman, Chan and Vincent (2024). TABLES has a row a draw and a column a combination of lists, as their bits count:
# 1, 2, 12, 3, ... Knows nothing of evenhand. Parameters at minus infinity and the cells that hold them are taken out
# (Chan, Silverman and Vincent 2021) and still counted by the BIC; a model whose parameters are not told apart, or whose
# fitted cells go to 0, has no answer. OUTPUT has a row a draw: BIC and total, and seconds of the fits alone.

arguments <- commandArgs(trailingOnly = TRUE)
tables <- as.matrix(read.csv(arguments[1], header = FALSE))
lists <- log2(ncol(tables) + 1)
cells <- seq_len(2^lists - 1)

size <- function(terms) sapply(terms, function(term) sum(bitwAnd(term, 2^(0:(lists - 1))) > 0))
subsets <- function(choices) {
  lapply(seq_len(2^length(choices)) - 1, function(w) choices[bitwAnd(w, 2^(seq_along(choices) - 1)) > 0])
}
mains <- 2^(0:(lists - 1))
pairs <- cells[size(cells) == 2]
triples <- cells[size(cells) == 3]
models <- list()
for (chosen in subsets(pairs)) {
  whole <- Filter(function(triple) all(pairs[bitwAnd(pairs, triple) == pairs] %in% chosen), triples)
  for (three in subsets(whole)) models[[length(models) + 1]] <- c(mains, chosen, three)
}
column <- function(term) as.numeric(bitwAnd(cells, term) == term)
columns <- sapply(cells, column)

lowest <- function(counts) {
  people <- sum(counts)
  gone <- cells[as.vector(counts %*% columns) == 0]
  best <- c(Inf, NA)
  for (model in models) {
    infinite <- intersect(model, gone)
    kept <- if (length(infinite)) rowSums(columns[, infinite, drop = FALSE]) == 0 else rep(TRUE, length(cells))
    design <- cbind(1, columns[kept, setdiff(model, gone), drop = FALSE])
    fit <- suppressWarnings(glm.fit(design, counts[kept], family = poisson()))
    if (fit$rank < ncol(design) || !fit$converged || min(fit$fitted.values) < 1e-6) next
    likelihood <- sum(dpois(counts[kept], fit$fitted.values, log = TRUE))
    bic <- (length(model) + 1) * log(people) - 2 * likelihood
    if (bic < best[1]) best <- c(bic, people + exp(fit$coefficients[1]))
  }
  best
}

started <- proc.time()[["elapsed"]]
found <- t(apply(tables, 1, lowest))
seconds <- proc.time()[["elapsed"]] - started
write.table(cbind(found, length(models), seconds), arguments[2], sep = ",", row.names = FALSE, col.names = FALSE)
