/** The environment variable that names the folder of ONNX Runtime's CUDA libraries, with a copy of the binding. */

export const cudaVariable = "GRAFT_CUDA_FOLDER";
