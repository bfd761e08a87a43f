// What a page is written with: Preact, its hooks, signals, and htm in the place of JSX.
import { Component, createContext, h, render } from "preact";
import htm from "htm";
export { Component, createContext, h, render };
export { useCallback, useContext, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
export { batch, computed, effect, signal, untracked, useComputed, useSignal, useSignalEffect } from "@preact/signals";
export const html = htm.bind(h);
