using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>Decodes a JSON text in base64, with or without the beginning of a data URL.</summary>
internal static class Base64Text
{
    private const int LongestBeginning = 200;

    /// <summary>Decodes the text at which the reader is.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="at">Named in error messages.</param>
    /// <param name="ticket">The place of the request.</param>
    /// <returns>The bytes, at least one; dispose them.</returns>
    /// <exception cref="RefusedRequestException">It is no text, is not base64, is empty, or there is not enough memory.</exception>
    public static PooledBytes Decode(ref Utf8JsonReader reader, string at, AdmissionTicket ticket)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw Refusal(at, "is not a text in base64");
        }

        if (!reader.ValueIsEscaped)
        {
            return Decode(reader.ValueSpan, at, ticket);
        }

        // Some writers escape the '/' of base64.
        using var unescaped = Unescape(reader, ticket);
        return Decode(unescaped.Bytes, at, ticket);
    }

    private static PooledBytes Unescape(Utf8JsonReader reader, AdmissionTicket ticket)
    {
        var unescaped = PooledBytes.OfLength(reader.ValueSpan.Length, ticket);
        try
        {
            unescaped.Cut(reader.CopyString(unescaped.Bytes));
            return unescaped;
        }
        catch
        {
            unescaped.Dispose();
            throw;
        }
    }

    private static PooledBytes Decode(ReadOnlySpan<byte> text, string at, AdmissionTicket ticket)
    {
        var data = WithoutBeginning(text);
        var decoded = PooledBytes.OfLength(Base64.GetMaxDecodedFromUtf8Length(data.Length), ticket);
        var status = Base64.DecodeFromUtf8(data, decoded.Bytes, out _, out var written);
        decoded.Cut(written);
        if (status == OperationStatus.Done && written > 0)
        {
            return decoded;
        }

        decoded.Dispose();
        var isEmpty = status == OperationStatus.Done;
        throw Refusal(at, isEmpty ? "is empty" : "is not base64: letters, digits, + and /, padded with = at its end");
    }

    /// <summary>The text after the beginning that web pages get: <c>data:image/png;base64,</c>.</summary>
    private static ReadOnlySpan<byte> WithoutBeginning(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("data:"u8))
        {
            return text;
        }

        var comma = text[..Math.Min(LongestBeginning, text.Length)].IndexOf((byte)',');
        return text[(comma + 1)..];
    }

    private static RefusedRequestException Refusal(string at, string reason)
    {
        const string WhatToSend = "Encode the bytes of the image file, as base64 -w0 image.png does.";
        return new RefusedRequestException(FaultKind.Malformed, $"The JSON body cannot be used: {at} {reason}. {WhatToSend}");
    }
}
