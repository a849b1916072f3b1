using System.Net.Http.Headers;
using System.Text;
using Pipeline.Shared.Imaging;
using SkiaSharp;

namespace Pipeline.Serving.Tests.Fuzz;

/// <summary>A kind of request with valid bodies of its kind, to be damaged.</summary>
/// <param name="Path">Where it is posted.</param>
/// <param name="ContentType">Its content type.</param>
/// <param name="Bodies">Valid bodies.</param>
/// <param name="Dictionary">Pieces that are likely to reach a rule of the format.</param>
internal sealed record FuzzedRequest(string Path, string ContentType, byte[][] Bodies, byte[][] Dictionary)
{
    private const int OneWholeOf = 20;
    private const string Boundary = "fuzz";
    private const string HeaderLength = "Inference-Header-Content-Length";

    /// <summary>The length of the JSON before the tensors, as the valid bodies have it; null without tensors.</summary>
    public int? JsonLength { get; init; }

    /// <summary>The kinds by name.</summary>
    public static IReadOnlyDictionary<string, FuzzedRequest> Kinds { get; } = new Dictionary<string, FuzzedRequest>
    {
        ["image"] = new("/v1/detect", "application/octet-stream", Images(), []),
        ["json"] = new("/v1/detect", "application/json", DetectJson(), JsonPieces()),
        ["tensor json"] = new($"/v2/models/{TinyModel.Name}/infer", "application/json", TensorJson(), JsonPieces()),
        ["binary tensor"] = BinaryTensor(),
        ["multipart"] = new("/v1/detect", $"multipart/form-data; boundary={Boundary}", Multipart(), [.. FormPieces()]),
    };

    /// <summary>A request with a damaged body, one of twenty with a whole one, and at times with a wrong header.</summary>
    public HttpRequestMessage Next(Random random)
    {
        var body = Bodies[random.Next(Bodies.Length)];
        var isWhole = random.Next(OneWholeOf) == 0;
        var content = new ByteArrayContent(isWhole ? body : new Mutation(random, Dictionary).Of(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = content };
        if (JsonLength is { } length)
        {
            string[] values = [$"{length}", $"{length}", $"{length}", "0", "-1", "99999999999", "x", $"{length + 1}"];
            request.Headers.TryAddWithoutValidation(HeaderLength, values[random.Next(values.Length)]);
        }

        return request;
    }

    private static byte[][] Images()
    {
        using var image = RgbImage.Allocate(32, 24);
        new Random(1).NextBytes(image.Pixels);
        var png = ImageEncoder.Png(image);
        using var bitmap = SKBitmap.Decode(png);
        SKEncodedImageFormat[] formats = [SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp];
        return [png, .. formats.Select(format => bitmap.Encode(format, 80).ToArray())];
    }

    private static byte[][] DetectJson()
    {
        var data = Convert.ToBase64String(Images()[0]);
        return
        [
            Encoding.UTF8.GetBytes($$"""{"images":[{"id":"a","data":"{{data}}"}],"threshold":0.5,"top":3,"classes":["Car"]}"""),
            Encoding.UTF8.GetBytes($$"""{"images":[{"data":"{{data}}"},{"data":"{{data}}"}]}"""),
        ];
    }

    private static byte[][] TensorJson()
    {
        var flat = $"[{string.Join(',', Enumerable.Repeat(0, 4 * 4 * 3))}]";
        var row = $"[{string.Join(',', Enumerable.Repeat("[1,2,3]", 4))}]";
        var nested = $"[[{string.Join(',', Enumerable.Repeat(row, 4))}]]";
        return [TensorJson(flat), TensorJson(nested)];
    }

    private static byte[] TensorJson(string data) => Encoding.UTF8.GetBytes(
        $$"""{"id":"1","inputs":[{"name":"images","shape":[1,4,4,3],"datatype":"UINT8","data":{{data}}}]}""");

    private static FuzzedRequest BinaryTensor()
    {
        const string Json = """
            {"parameters":{"binary_data_output":true},
             "inputs":[{"name":"images","shape":[1,4,4,3],"datatype":"UINT8","parameters":{"binary_data_size":48}}]}
            """;
        var body = new byte[Json.Length + 48];
        Encoding.ASCII.GetBytes(Json, body);
        return new FuzzedRequest($"/v2/models/{TinyModel.Name}/infer", "application/octet-stream", [body], JsonPieces())
        {
            JsonLength = Json.Length,
        };
    }

    private static byte[][] Multipart()
    {
        var head = $"--{Boundary}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n";
        var end = $"\r\n--{Boundary}--\r\n";
        return [.. Images().Select(image => (byte[])[.. Encoding.ASCII.GetBytes(head), .. image, .. Encoding.ASCII.GetBytes(end)])];
    }

    private static byte[][] JsonPieces()
    {
        string[] pieces =
        [
            "1e999", "-1", "1e-400", "99999999999999999999", "null", "true", "NaN", "[", "]", "{", "}", "\"", ",", ":", "[[[[[[[[[[",
            "\"images\":[],", "\"inputs\":[],", "\"shape\":[1,-1,4,3],", "\"shape\":[9223372036854775807,4,4,3],", "\"\\ud800\"",
            "\"data\":[],", "\"datatype\":\"BYTES\",", "\"binary_data_size\":-1,", "\"binary_data_size\":1e9,", "\u0000", "\ufeff",
            "\"outputs\":[{\"name\":\"boxes\",\"parameters\":{\"classification\":2}}],", "\"timeout\":0,", "\"threshold\":\"x\",",
        ];
        return [.. pieces.Select(Encoding.UTF8.GetBytes), [0xff, 0xfe], [0xc3]];
    }

    private static IEnumerable<byte[]> FormPieces()
    {
        string[] pieces =
        [
            $"\r\n--{Boundary}\r\n", $"--{Boundary}--", "\r\n\r\n", "Content-Disposition: form-data\r\n", "; name=\"threshold\"",
            "filename*=utf-8''%00", "Content-Transfer-Encoding: base64\r\n",
        ];
        return pieces.Select(Encoding.ASCII.GetBytes);
    }
}
