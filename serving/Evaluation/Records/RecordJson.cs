using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Geometry;

namespace Pipeline.Serving.Evaluation.Records;

/// <summary>How records are written: every number is read back as the very same one.</summary>
internal static class RecordJson
{
    /// <summary>Of lines and of <c>run.json</c>.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonFormat.Options)
    {
        Converters = { new DetectionConverter(), new ExactBoxConverter() },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private static double[] Numbers(ref Utf8JsonReader reader, int count)
    {
        var numbers = new double[count];
        Require(reader.TokenType == JsonTokenType.StartArray);
        for (var index = 0; index < count; index++)
        {
            Require(reader.Read() && reader.TokenType == JsonTokenType.Number);
            numbers[index] = reader.GetDouble();
        }

        Require(reader.Read() && reader.TokenType == JsonTokenType.EndArray);
        return numbers;
    }

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new JsonException();
        }
    }

    /// <summary><c>[label, score, x1, y1, x2, y2]</c></summary>
    private sealed class DetectionConverter : JsonConverter<Detection>
    {
        public override Detection Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var numbers = Numbers(ref reader, 6);
            Require(numbers[0] >= 0 && numbers[0] <= int.MaxValue && numbers[0] == Math.Floor(numbers[0]));
            float Single(int index) => (float)numbers[index];
            return new Detection((int)numbers[0], Single(1), new Box(Single(2), Single(3), Single(4), Single(5)));
        }

        public override void Write(Utf8JsonWriter writer, Detection value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(value.Label);
            writer.WriteNumberValue(value.Score);
            writer.WriteNumberValue(value.Box.X1);
            writer.WriteNumberValue(value.Box.Y1);
            writer.WriteNumberValue(value.Box.X2);
            writer.WriteNumberValue(value.Box.Y2);
            writer.WriteEndArray();
        }
    }

    /// <summary><c>{"corners": [x1, y1, x2, y2]}</c> or <c>{"sides": [x, y, width, height]}</c>, whichever gives the box exactly.</summary>
    private sealed class ExactBoxConverter : JsonConverter<ExactBox>
    {
        private const string Corners = "corners";
        private const string Sides = "sides";

        public override ExactBox Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            Require(reader.TokenType == JsonTokenType.StartObject && reader.Read());
            var name = reader.GetString();
            Require(name is Corners or Sides && reader.Read());
            var numbers = Numbers(ref reader, 4);
            Require(reader.Read() && reader.TokenType == JsonTokenType.EndObject);
            return name == Corners
                ? ExactBox.FromCorners(numbers[0], numbers[1], numbers[2], numbers[3])
                : ExactBox.FromSides(numbers[0], numbers[1], numbers[2], numbers[3]);
        }

        public override void Write(Utf8JsonWriter writer, ExactBox value, JsonSerializerOptions options)
        {
            var isOfCorners = ExactBox.FromCorners(value.X1, value.Y1, value.X2, value.Y2) == value;
            writer.WriteStartObject();
            writer.WriteStartArray(isOfCorners ? Corners : Sides);
            writer.WriteNumberValue(value.X1);
            writer.WriteNumberValue(value.Y1);
            writer.WriteNumberValue(isOfCorners ? value.X2 : value.Width);
            writer.WriteNumberValue(isOfCorners ? value.Y2 : value.Height);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }
}
