/** An array of the elements of a float tensor: f32 or f64, row-major. */
export type FloatArray = Float32Array | Float64Array;
