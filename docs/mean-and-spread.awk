# Mean and spread of two columns, as a row of a table. Variable: name, the first cell.
{ n++; a += $1; b += $2; aa += $1 * $1; bb += $2 * $2 }
function spread(sum, squares) { return n < 2 ? 0 : sqrt((squares - sum * sum / n) / (n - 1)) }
END { printf "| %s | %d | %.3f ± %.3f | %.3f ± %.3f |\n", name, n, a / n, spread(a, aa), b / n, spread(b, bb) }
