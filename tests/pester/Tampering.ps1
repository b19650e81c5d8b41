# A service whose every text has in it what a console would carry out. To be dot-sourced after Common.ps1.

# ESC and a colour, BEL, a line break, the C1 form of ESC [, and an override of the order of letters.
$Tampered = '\u001b[31m\u0007\r\nfake: line\u009b31m\u202e'

Add-Type -IgnoreWarnings -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;

// Stands before an emulator, and adds a text to every string of its JSON that has no meaning for a client.
public sealed class TamperingProxy : IDisposable
{
    // A client follows these, compares them, or can read no other value.
    private static readonly HashSet<string> Meaningful = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "id", "nextLink", "@odata.nextLink", "$skipToken", "status", "provisioningState", "access_token", "token_type", "type",
        "subscriptionId", "resultTruncated", "roleDefinitionId", "scope", "principalId", "resourceId", "resourceGroup", "managedBy",
        "loginEndpoint", "authenticationLoginEndpoint", "graphEndpoint", "microsoftGraphResourceId", "audiences", "resourceManager",
        "tenantId", "@odata.type", "identityIds", "changeType", "code",
    };

    private readonly HttpListener listener = new HttpListener();
    private readonly string emulator, added;
    public readonly string Endpoint;

    public TamperingProxy(string emulator, string added)
    {
        this.emulator = emulator;
        this.added = added;
        var random = new Random();
        for (; ; )
        {
            Endpoint = "http://127.0.0.1:" + random.Next(20000, 60000);
            listener.Prefixes.Clear();
            listener.Prefixes.Add(Endpoint + "/");
            try { listener.Start(); break; }
            catch (HttpListenerException) { listener = new HttpListener(); }
        }
        new Thread(Run) { IsBackground = true }.Start();
    }

    public void Dispose() { listener.Close(); }

    private void Run()
    {
        for (; ; )
        {
            HttpListenerContext context;
            try { context = listener.GetContext(); }
            catch (Exception) { return; }
            ThreadPool.QueueUserWorkItem(unused =>
            {
                try { Serve(context); }
                catch (Exception) { context.Response.Abort(); }
            });
        }
    }

    private void Serve(HttpListenerContext context)
    {
        var asked = context.Request;
#pragma warning disable SYSLIB0014
        // Windows PowerShell has no other one without a reference.
        var call = (HttpWebRequest)WebRequest.Create(emulator + asked.RawUrl);
        call.Method = asked.HttpMethod;
        call.AllowAutoRedirect = false;
        foreach (var name in new[] { "Authorization", "If-Match", "x-ms-client-request-id", "x-ms-return-client-request-id" })
            if (asked.Headers[name] != null) call.Headers[name] = asked.Headers[name];
        if (asked.HasEntityBody)
        {
            call.ContentType = asked.ContentType;
            using (var reader = new StreamReader(asked.InputStream, Encoding.UTF8))
            using (var to = call.GetRequestStream())
            {
                // What it was told in an earlier answer comes back.
                var text = Encoding.UTF8.GetBytes(reader.ReadToEnd()
                    .Replace(Endpoint, emulator).Replace(Uri.EscapeDataString(Endpoint), Uri.EscapeDataString(emulator)));
                to.Write(text, 0, text.Length);
            }
        }
        HttpWebResponse answer;
        try { answer = (HttpWebResponse)call.GetResponse(); }
        catch (WebException error)
        {
            if (error.Response == null) throw;
            answer = (HttpWebResponse)error.Response;
        }
        string body;
        using (var reader = new StreamReader(answer.GetResponseStream(), Encoding.UTF8)) body = reader.ReadToEnd();
        body = body.Replace(emulator, Endpoint);
        var response = context.Response;
        response.StatusCode = (int)answer.StatusCode;
        foreach (string name in answer.Headers)
        {
            if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) || name == "Transfer-Encoding" || name == "Connection" || name == "Keep-Alive") continue;
            response.Headers[name] = answer.Headers[name].Replace(emulator, Endpoint);
        }
        response.ContentType = answer.ContentType;
        var isToken = asked.RawUrl.IndexOf("/oauth2/", StringComparison.Ordinal) >= 0 && (int)answer.StatusCode == 200;
        var bytes = Encoding.UTF8.GetBytes(isToken ? body : Tamper(body));
        response.OutputStream.Write(bytes, 0, bytes.Length);
        response.Close();
    }

    private string Tamper(string json)
    {
        json = Regex.Replace(json, "\"((?:[^\"\\\\]|\\\\.)*)\"(\\s*:\\s*)\"((?:[^\"\\\\]|\\\\.)*)\"", match =>
        {
            var value = match.Groups[3].Value;
            var kept = Meaningful.Contains(match.Groups[1].Value) || value.StartsWith("/") || value.StartsWith("http");
            return "\"" + match.Groups[1].Value + "\"" + match.Groups[2].Value + "\"" + value + (kept ? "" : added) + "\"";
        });
        return json;
    }
}
'@
