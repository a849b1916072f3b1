using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>Writes the answer to a request for inference: JSON, and after it the outputs that the client wants as binary tensors.</summary>
internal static class AnswerWriter
{
    private const string BinaryData = "binary_data";
    private const string BinaryDataOutput = "binary_data_output";
    private const string Gzip = "gzip";
    private const string Deflate = "deflate";
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Which outputs of a request come as binary tensors; what an output says about itself counts more.</summary>
    public static Func<string, bool> BinaryOutputs(InferenceRequest request)
    {
        var all = request.Parameters.Flag(BinaryDataOutput) ?? false;
        var binary = request.Outputs.Where(output => output.Parameters.Flag(BinaryData) ?? all).Select(output => output.Name).ToHashSet();
        return request.Outputs.Count == 0 ? _ => all : binary.Contains;
    }

    /// <summary>Writes the response.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="isBinary">Whether the output of a name is a binary tensor.</param>
    /// <param name="context">Its request says in its Accept-Encoding whether the response may be compressed.</param>
    /// <param name="observation">What is measured of the request.</param>
    /// <exception cref="InferenceException">The model returned a number that JSON cannot express.</exception>
    public static async Task WriteAsync(
        InferenceAnswer answer, Func<string, bool> isBinary, HttpContext context, RequestObservation observation)
    {
        var start = Stopwatch.GetTimestamp();
        var json = new ArrayBufferWriter<byte>();
        WriteJson(answer, isBinary, json);
        observation.Encoded(Stopwatch.GetElapsedTime(start));
        List<ReadOnlyMemory<byte>> parts = [json.WrittenMemory];
        parts.AddRange(answer.Outputs.Where(output => isBinary(output.Metadata.Name)).Select(output => (ReadOnlyMemory<byte>)output.Raw));
        var response = context.Response;
        response.ContentType = parts.Count > 1 ? "application/octet-stream" : "application/json";
        if (parts.Count > 1)
        {
            response.Headers[InferenceBody.HeaderName] = json.WrittenCount.ToString(CultureInfo.InvariantCulture);
        }

        await SendAsync(parts, context);
    }

    private static async Task SendAsync(List<ReadOnlyMemory<byte>> parts, HttpContext context)
    {
        var response = context.Response;
        var encoding = Choose(context.Request);
        if (encoding is null)
        {
            response.ContentLength = parts.Sum(part => (long)part.Length);
            await WriteAllAsync(parts, response.Body, context.RequestAborted);
            return;
        }

        using var compressed = new MemoryStream();
        await using (var stream = Compressor(encoding, compressed))
        {
            await WriteAllAsync(parts, stream, context.RequestAborted);
        }

        response.Headers.ContentEncoding = encoding;
        response.ContentLength = compressed.Length;
        await response.Body.WriteAsync(compressed.GetBuffer().AsMemory(0, (int)compressed.Length), context.RequestAborted);
    }

    private static async Task WriteAllAsync(List<ReadOnlyMemory<byte>> parts, Stream stream, CancellationToken aborted)
    {
        foreach (var part in parts)
        {
            await stream.WriteAsync(part, aborted);
        }
    }

    private static Stream Compressor(string encoding, Stream target) => encoding == Gzip
        ? new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true)
        : new ZLibStream(target, CompressionLevel.Fastest, leaveOpen: true);

    /// <summary>The encoding that the client likes best; null when it likes none at least as much as the plain body.</summary>
    private static string? Choose(HttpRequest request)
    {
        IList<StringWithQualityHeaderValue> accepted = request.GetTypedHeaders().AcceptEncoding;
        var gzip = Quality(accepted, Gzip);
        var deflate = Quality(accepted, Deflate);
        var best = Math.Max(gzip, deflate);
        if (best == 0 || best < Quality(accepted, "identity"))
        {
            return null;
        }

        return gzip >= deflate ? Gzip : Deflate;
    }

    private static double Quality(IList<StringWithQualityHeaderValue> accepted, string encoding) =>
        accepted.FirstOrDefault(value => value.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase)) is { } found
            ? found.Quality ?? 1
            : 0;

    private static void WriteJson(InferenceAnswer answer, Func<string, bool> isBinary, ArrayBufferWriter<byte> target)
    {
        using var json = new Utf8JsonWriter(target, Json);
        json.WriteStartObject();
        if (answer.Id.Length > 0)
        {
            json.WriteString("id", answer.Id);
        }

        json.WriteString("model_name", answer.ModelName);
        json.WriteString("model_version", answer.ModelVersion);
        json.WriteStartArray("outputs");
        foreach (var output in answer.Outputs)
        {
            WriteOutput(json, output, isBinary(output.Metadata.Name));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteOutput(Utf8JsonWriter json, OutputTensor output, bool isBinary)
    {
        json.WriteStartObject();
        json.WriteString("name", output.Metadata.Name);
        json.WriteString("datatype", output.Metadata.Datatype);
        json.WriteStartArray("shape");
        foreach (var length in output.Metadata.Shape)
        {
            json.WriteNumberValue(length);
        }

        json.WriteEndArray();
        if (isBinary)
        {
            json.WriteStartObject("parameters");
            json.WriteNumber("binary_data_size", output.Raw.Length);
            json.WriteEndObject();
        }
        else
        {
            WriteData(json, output);
        }

        json.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter json, OutputTensor output)
    {
        json.WriteStartArray("data");
        if (output.Metadata.Datatype == DetectorTensors.Fp32)
        {
            foreach (var number in MemoryMarshal.Cast<byte, float>(output.Raw))
            {
                json.WriteNumberValue(Finite(number, output));
            }
        }
        else
        {
            foreach (var number in MemoryMarshal.Cast<byte, long>(output.Raw))
            {
                json.WriteNumberValue(number);
            }
        }

        json.WriteEndArray();
    }

    private static float Finite(float number, OutputTensor output) => float.IsFinite(number)
        ? number
        : throw new InferenceException($"the model returned {number} in {output.Metadata.Name}, which JSON cannot express");
}
