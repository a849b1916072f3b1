using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Protocols.Description;
using Pipeline.Shared.Numbers;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>Describes <c>POST /v1/detect</c> in the OpenAPI document.</summary>
internal static class DetectDescription
{
    private const string About =
        "Send one image as the body or as the file of a form, or several as files of a form or as JSON. The header Accept chooses the form "
        + "of the answer. When one of several images is bad, the whole request is refused, and the answer names the image.";

    private static readonly FaultKind[] Faults =
    [
        FaultKind.Malformed, FaultKind.Unauthorized, FaultKind.UnknownModel, FaultKind.NotAcceptable, FaultKind.SlowBody,
        FaultKind.TooLarge, FaultKind.UnsupportedContent, FaultKind.DamagedImage, FaultKind.QueueFull, FaultKind.ModelFailed,
        FaultKind.Draining, FaultKind.DeadlineExceeded,
    ];

    /// <summary>Fills the operation in.</summary>
    public static async Task DescribeAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var limits = context.ApplicationServices.GetRequiredService<LimitOptions>();
        operation.OperationId = "detect";
        operation.Summary = "Finds objects in images.";
        operation.Description = About;
        operation.Parameters = [.. DetectParameter.All.Select(Query)];
        operation.RequestBody = new OpenApiRequestBody { Required = true, Content = Bodies(limits) };
        var single = await context.GetOrCreateSchemaAsync(typeof(DetectResponse), null, cancellation);
        var list = await context.GetOrCreateSchemaAsync(typeof(DetectListResponse), null, cancellation);
        var coco = await context.GetOrCreateSchemaAsync(typeof(CocoResult), null, cancellation);
        operation.Responses = new OpenApiResponses
        {
            ["200"] = Answers.Of(
                "What was found; an object with images for a list, which JSON and several files of a form are.",
                (AnswerFormat.Json.MediaType, new OpenApiSchema { OneOf = [single, list] }),
                (AnswerFormat.Kitti.MediaType, Answers.Text(AnswerFormat.Kitti.Description)),
                (AnswerFormat.Coco.MediaType, new OpenApiSchema { Type = JsonSchemaType.Array, Items = coco }),
                (AnswerFormat.Png.MediaType, Answers.Binary()),
                (AnswerFormat.Jpeg.MediaType, Answers.Binary())),
        };
        operation.Responses.AddProblems(Faults);
    }

    private static IOpenApiParameter Query(DetectParameter parameter) => new OpenApiParameter
    {
        Name = parameter.Name,
        In = ParameterLocation.Query,
        Description = parameter.Description,
        Schema = Schema(parameter),
    };

    private static OpenApiSchema Schema(DetectParameter parameter)
    {
        if (parameter == DetectParameter.Threshold)
        {
            return Number(JsonSchemaType.Number, DetectParameter.Thresholds);
        }

        if (parameter == DetectParameter.Timeout)
        {
            return Number(JsonSchemaType.Number, DetectParameter.Timeouts);
        }

        if (parameter == DetectParameter.Top || parameter == DetectParameter.Version)
        {
            return Number(JsonSchemaType.Integer, parameter == DetectParameter.Top ? DetectParameter.Tops : DetectParameter.Versions);
        }

        return new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Enum = parameter == DetectParameter.Priority ? [JsonValue.Create("live"), JsonValue.Create("background")] : null,
        };
    }

    private static OpenApiSchema Number<T>(JsonSchemaType type, NumberRange<T> range)
        where T : struct, INumber<T>, IMinMaxValue<T> => new()
        {
            Type = type,
            Minimum = range.Least.ToString(null, CultureInfo.InvariantCulture),
            Maximum = range.Most.ToString(null, CultureInfo.InvariantCulture),
        };

    private static Dictionary<string, OpenApiMediaType> Bodies(LimitOptions limits) => Answers.Content(
        ("image/*", Answers.Binary()),
        ("application/octet-stream", Answers.Binary()),
        ("multipart/form-data", new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "Files and nothing else, under any names.",
            MinProperties = 1,
            AdditionalProperties = Answers.Binary(),
        }),
        ("application/json", JsonBody(limits)));

    private static OpenApiSchema JsonBody(LimitOptions limits)
    {
        var properties = new Dictionary<string, IOpenApiSchema>
        {
            ["images"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                MinItems = 1,
                MaxItems = limits.MaxImages,
                Items = new OpenApiSchema { OneOf = [Data(), Image()] },
            },
        };
        foreach (var parameter in DetectParameter.All)
        {
            properties.Add(parameter.Name, InBody(parameter));
        }

        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "images" },
            Properties = properties,
            AdditionalPropertiesAllowed = false,
        };
    }

    private static OpenApiSchema InBody(DetectParameter parameter)
    {
        var schema = Schema(parameter);
        var list = new OpenApiSchema { Type = JsonSchemaType.Array, MinItems = 1, Items = Answers.Text() };
        var inBody = parameter == DetectParameter.Classes ? new OpenApiSchema { OneOf = [schema, list] } : schema;
        inBody.Description = parameter.Description;
        return inBody;
    }

    private static OpenApiSchema Image() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "data" },
        AdditionalPropertiesAllowed = false,
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["id"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String | JsonSchemaType.Number,
                MaxLength = SentImage.LongestId,
                Description = "Returned with the image.",
            },
            ["data"] = Data(),
        },
    };

    private static OpenApiSchema Data() => new()
    {
        Type = JsonSchemaType.String,
        MinLength = 1,
        Description = "The bytes of an image file in base64, with or without the beginning of a data URL.",
    };
}
