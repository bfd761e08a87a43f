#!/bin/sh
# Bundle what the dashboard takes from others into src/cellblock/dashboard/static/vendor.
# For maintainers, after a version in package.json was changed; it needs node and npm.
set -eu
cd "$(dirname "$0")"
out=../../src/cellblock/dashboard/static/vendor
npm install --no-audit --no-fund --no-package-lock --ignore-scripts --silent
for name in ui editor chart; do
  node_modules/.bin/esbuild "$name.js" --bundle --format=esm --minify --target=es2022 --legal-comments=none --charset=utf8 --outfile="$out/$name.js"
done
cp node_modules/uplot/dist/uPlot.min.css "$out/chart.css"
node licences.mjs > "$out/LICENCES.txt"
